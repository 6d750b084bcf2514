package io.nodewise.lb.okhttp;

import io.nodewise.lb.node.Outcome;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** What an answer, or the lack of one, says about the node. */
final class Answers {
  private static final int MAX_RETRY_AFTER_DIGITS = 6; // eleven days; more is a mistake

  private Answers() {}

  static Outcome outcome(Response response) {
    return switch (response.code()) {
      case 500, 502, 504 -> Outcome.fault("HTTP " + response.code());
      case 429, 503 -> load(response.code(), response.header("Retry-After"));
      default -> Outcome.success();
    };
  }

  private static Outcome load(int code, @Nullable String retryAfter) {
    Outcome load = Outcome.load("HTTP " + code);
    boolean seconds =
        retryAfter != null
            && retryAfter.matches("\\d+")
            && retryAfter.length() <= MAX_RETRY_AFTER_DIGITS;
    return seconds ? load.withRetryAfter(Duration.ofSeconds(Long.parseLong(retryAfter))) : load;
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
