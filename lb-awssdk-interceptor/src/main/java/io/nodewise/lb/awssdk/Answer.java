package io.nodewise.lb.awssdk;

import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.http.SdkHttpHeaders;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * What the head of an answer says about the node. An answer below 500 is a healthy node's, whatever
 * it says to the caller, but for 429. Of the others, 501 and 505 are healthy too; 503 is load or a
 * fault by the code in its body: "slow down" is not "not initialised".
 *
 * @param pause what its {@code Retry-After} asks for, where it may be load; else zero
 */
record Answer(int status, long contentLength, Duration pause) {
  private static final Pattern CODE = Pattern.compile("<Code>\\s*([^<\\s]+)\\s*</Code>");

  /** Codes of S3, MinIO, Ceph and others that ask for less. */
  private static final Set<String> LOAD =
      Set.of(
          "SlowDown",
          "SlowDownRead",
          "SlowDownWrite",
          "Busy",
          "ServerBusy",
          "ServiceUnavailable",
          "TooManyRequests",
          "TooManyRequestsException",
          "RequestLimitExceeded",
          "RequestThrottled",
          "Throttling",
          "ThrottlingException",
          "BandwidthLimitExceeded");

  static Answer of(SdkHttpResponse response) {
    return new Answer(response.statusCode(), lengthOf(response), pause(response));
  }

  private static Duration pause(SdkHttpResponse response) {
    if (response.statusCode() != 429 && response.statusCode() != 503) {
      return Duration.ZERO;
    }
    return response
        .firstMatchingHeader("Retry-After")
        .map(
            value ->
                RetryAfter.parse(
                    value, response.firstMatchingHeader("Date").orElse(null), Instant.now()))
        .orElse(Duration.ZERO);
  }

  /** The Content-Length, or -1 if there is none. */
  static long lengthOf(SdkHttpHeaders message) {
    String value = message.firstMatchingHeader("Content-Length").orElse(null);
    if (value == null) {
      return -1;
    }
    try {
      return Long.parseLong(value.trim());
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  boolean isError() {
    return status >= 400;
  }

  /**
   * The outcome of a HEAD, whose answer has no body to tell one 503 from another. Load is the guess
   * that does no harm: the retry goes to another node in either case, but an overloaded cluster
   * must not lose nodes for it.
   */
  Outcome outcomeOfHead() {
    return status == 503 ? Outcome.load("503", pause) : outcome("");
  }

  /** The outcome, given the beginning of the body. */
  Outcome outcome(String body) {
    if (status == 429) {
      return Outcome.load("429", pause);
    }
    if (status < 500 || status == 501 || status == 505) {
      return Outcome.success();
    }
    String code = code(body);
    String said = code.isEmpty() ? Integer.toString(status) : status + " " + code;
    // A fault's Retry-After is not handed on: what brings a node back from a fault is its probes.
    return status == 503 && LOAD.contains(code) ? Outcome.load(said, pause) : Outcome.fault(said);
  }

  /** The S3 error code in a body, or an empty string. */
  static String code(String body) {
    Matcher matcher = CODE.matcher(body);
    return matcher.find() ? matcher.group(1) : "";
  }
}
