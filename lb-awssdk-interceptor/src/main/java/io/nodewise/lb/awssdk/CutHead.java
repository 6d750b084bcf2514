package io.nodewise.lb.awssdk;

import java.io.IOException;
import software.amazon.awssdk.http.SdkHttpResponse;

/*
 * Where a connection is closed in the middle of an answer's head, HTTP clients take what has come for
 * the whole head. What is missing may be the length, and then the body goes to the end of the
 * connection, which is there: an empty object, an empty list, an upload without an id, with a 200.
 *
 * An answer that lasts to the end of the connection says so by "Connection: close", as HTTP/1.1 wants
 * it. One that doesn't, and then has no body, was cut off. Servers tell the length of an empty body.
 */
/** Tells a success without a body from one whose head broke off. */
final class CutHead {
  private CutHead() {}

  /** Whether it is a success whose head leaves open where its body ends. */
  static boolean isPossible(SdkHttpResponse response) {
    int status = response.statusCode();
    return status < 300
        && status != 204
        && response.firstMatchingHeader("Content-Length").isEmpty()
        && response.firstMatchingHeader("Transfer-Encoding").isEmpty()
        && !response.firstMatchingHeader("Connection").orElse("").equalsIgnoreCase("close");
  }

  /**
   * Takes the beginning of a body for proof of its head.
   *
   * @throws IOException if there is none
   */
  static void requireProof(SdkHttpResponse response, byte[] beginning) throws IOException {
    if (beginning.length == 0 && isPossible(response)) {
      throw new IOException("the answer broke off in its head");
    }
  }
}
