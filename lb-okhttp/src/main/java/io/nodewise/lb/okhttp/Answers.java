package io.nodewise.lb.okhttp;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.AnswerClassifier;
import io.nodewise.lb.retry.ErrorAnswer;
import io.nodewise.lb.retry.RetryAfter;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Instant;
import java.util.Optional;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * What an answer, or the lack of one, says about the node: what the user's classifier says, if
 * there is one, else what it means of servers in general. A 503 is taken for load: what kind of it
 * is written in the body, which is the caller's to read. Thread-safe.
 */
final class Answers {
  private final @Nullable AnswerClassifier first;

  /** {@code first}: of the user's. */
  Answers(@Nullable AnswerClassifier first) {
    this.first = first;
  }

  /** What the user's code may see of an answer. */
  private record Shown(Node node, Response response) implements ErrorAnswer {
    @Override
    public String method() {
      return response.request().method();
    }

    @Override
    public int status() {
      return response.code();
    }

    @Override
    public String code() {
      return "";
    }

    @Override
    public Optional<String> header(String name) {
      return Optional.ofNullable(response.header(name));
    }
  }

  Outcome outcome(Node node, Response response) {
    Outcome said =
        first == null || response.code() < 400 ? null : first.classify(new Shown(node, response));
    return said == null ? ofServers(response) : said;
  }

  private static Outcome ofServers(Response response) {
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
