package io.nodewise.lb.awssdk;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
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
   * The body, once there is proof that there is one.
   *
   * @throws IOException if there is none
   */
  static InputStream proved(InputStream body) throws IOException {
    byte[] first = body.readNBytes(1);
    if (first.length == 0) {
      throw failure();
    }
    return new SequenceInputStream(new ByteArrayInputStream(first), body);
  }

  static IOException failure() {
    return new IOException("the answer broke off in its head");
  }
}
