package io.nodewise.lb.awssdk;

import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpHeaders;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * What an answer says about the node. One below 500 is a healthy node's, whatever it says to the
 * caller, but for 429. Of the others, 501, 505 and 507 are healthy too: what it does not know no
 * other node will, and storage that is full is the cluster's, and still read from. 503 is load or a
 * fault by the code in its body: "slow down" is not "not initialised". A success whose body is an
 * error, as of copies and completed uploads, means what its code says.
 *
 * @param isFramed whether a body that breaks off can be told from one that ends
 * @param pause what its {@code Retry-After} asks for, where it may be load; else zero
 */
record Answer(int status, long contentLength, boolean isFramed, Duration pause) {
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
          "BandwidthLimitExceeded",
          "TooManyRequest", // SeaweedFS, in each of its spellings
          "ErrTooManyRequest",
          "RequestBytesExceed",
          "ErrRequestBytesExceed");

  /** Codes that come as 5xx, or in the body of a 200 when it is too late for that. */
  private static final Set<String> FAULTS =
      Set.of(
          "InternalError",
          "OperationTimedOut",
          "XMinioBackendDown",
          "XMinioIAMNotInitialized",
          "XMinioReadQuorum",
          "XMinioServerNotInitialized",
          "XMinioWriteQuorum");

  /** The status that an error of the caller's would have had, had it not come with a 200. */
  private static final Map<String, Integer> CALLERS =
      Map.ofEntries(
          Map.entry("AccessDenied", 403),
          Map.entry("BadDigest", 400),
          Map.entry("EntityTooSmall", 400),
          Map.entry("InvalidArgument", 400),
          Map.entry("InvalidPart", 400),
          Map.entry("InvalidPartOrder", 400),
          Map.entry("InvalidRequest", 400),
          Map.entry("NoSuchBucket", 404),
          Map.entry("NoSuchKey", 404),
          Map.entry("NoSuchUpload", 404),
          Map.entry("NoSuchVersion", 404),
          Map.entry("PreconditionFailed", 412));

  static Answer of(SdkHttpResponse response) {
    long length = lengthOf(response);
    // Not by its chunks: Netty's client takes those that break off for all there are.
    return new Answer(response.statusCode(), length, length >= 0, pause(response));
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

  /** Whether it says that the node failed or asks for less. */
  static boolean isErrorOfNode(SdkHttpResponse response) {
    return response.statusCode() >= 500 || response.statusCode() == 429;
  }

  /** Whether the SDK's retry strategies repeat what was answered so, whatever its code. */
  boolean isRepeatedBySdk() {
    return status == 429 || status == 500 || (status >= 502 && status <= 504);
  }

  /** Whether it carries what was asked for: a redirect does not. */
  boolean isSuccess() {
    return status < 300;
  }

  boolean isError() {
    return status >= 400;
  }

  /**
   * Why a HEAD failed, whose answer has no body to tell one 503 from another; null if it did not.
   * Load is the guess that does no harm: the retry goes to another node in either case, but an
   * overloaded cluster must not lose nodes for it.
   */
  @Nullable Failure failureOfHead() {
    return status == 503 ? Failure.load(Outcome.load("503", pause)) : failure("");
  }

  /**
   * Why it failed; null if it did not.
   *
   * @param code the one in its body, or an empty string
   */
  @Nullable Failure failure(String code) {
    if (status < 400) {
      return null;
    }
    if (status == 429) {
      return Failure.load(Outcome.load("429", pause));
    }
    if (status < 500 || status == 501 || status == 505 || status == 507) {
      return Failure.callers();
    }
    String said = code.isEmpty() ? Integer.toString(status) : status + " " + code;
    // A fault's Retry-After is not handed on: what brings a node back from a fault is its probes.
    return status == 503 && LOAD.contains(code)
        ? Failure.load(Outcome.load(said, pause))
        : Failure.answered(Outcome.fault(said));
  }

  /**
   * The answer that an error in the body of a success should have been: the same where its code is
   * none that we know.
   */
  Answer unmasked(String code) {
    int meant =
        LOAD.contains(code)
            ? 503
            : FAULTS.contains(code) ? 500 : CALLERS.getOrDefault(code, status);
    return new Answer(meant, contentLength, isFramed, pause);
  }

  /** Whether the node says that the request's time is far from its own. */
  boolean isAboutClocks(String code) {
    return status == 403 && code.equals("RequestTimeTooSkewed");
  }

  /** The S3 error code in a body, or an empty string. */
  static String code(String body) {
    Matcher matcher = CODE.matcher(body);
    return matcher.find() ? matcher.group(1) : "";
  }

  /** What is to be reported of an attempt that failed so, or did not. */
  static Outcome outcome(@Nullable Failure failure) {
    return failure == null ? Outcome.success() : failure.outcome();
  }
}
