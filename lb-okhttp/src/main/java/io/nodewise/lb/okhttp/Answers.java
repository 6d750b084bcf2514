package io.nodewise.lb.okhttp;

import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.RetryAfter;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Instant;
import okhttp3.Response;

/**
 * What an answer, or the lack of one, says about the node. A 503 is taken for load: what kind of it
 * is written in the body, which is the caller's to read.
 */
final class Answers {
  private Answers() {}

  static Outcome outcome(Response response) {
    return switch (response.code()) {
      case 429, 503 -> load(response);
      case 501, 505, 507 -> Outcome.success();
      default ->
          response.code() < 500 ? Outcome.success() : Outcome.fault("HTTP " + response.code());
    };
  }

  private static Outcome load(Response response) {
    String reason = "HTTP " + response.code();
    String pause = response.header("Retry-After");
    return pause == null
        ? Outcome.load(reason)
        : Outcome.load(reason, RetryAfter.parse(pause, response.header("Date"), Instant.now()));
  }

  /** Whether the node failed or asks for less: another one may do better. */
  static boolean isErrorOfNode(Response response) {
    Outcome outcome = outcome(response);
    return outcome.isNodeFault() || outcome.kind() == Outcome.Kind.LOAD;
  }

  /** Whether bytes of a body may follow the headers. */
  static boolean promisesBody(Response response) {
    int code = response.code();
    return !response.request().method().equals("HEAD") && code != 204 && code != 205 && code != 304;
  }

  /** An exception in a few words. */
  static String reason(IOException e) {
    String kind = e instanceof SocketTimeoutException ? "timeout" : e.getClass().getSimpleName();
    return e.getMessage() == null ? kind : kind + ": " + e.getMessage();
  }
}
