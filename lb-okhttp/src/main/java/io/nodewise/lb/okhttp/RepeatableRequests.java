package io.nodewise.lb.okhttp;

import java.util.Objects;
import java.util.Set;
import okhttp3.Request;

/**
 * Says which requests may be sent a second time although the first one may have been carried out:
 * those for which twice is the same as once, in what is stored and in what is answered. Asked once
 * for each request and each redirect, on its thread; implementations are thread-safe. A body that
 * can be read only once is never sent a second time, whatever this says.
 *
 * <p>For a single request: {@code request.newBuilder().tag(RepeatableRequests.class, …)}.
 */
@FunctionalInterface
public interface RepeatableRequests {

  /** Whether the request may be sent again. */
  boolean isRepeatable(Request request);

  /** GET, HEAD and OPTIONS, whatever they ask for: the default. */
  static RepeatableRequests reads() {
    return request -> NodeCall.isRead(request.method());
  }

  /**
   * What HTTP calls idempotent (RFC 9110): {@link #reads()}, PUT and DELETE. For services that keep
   * to it, also where a PUT has conditions: a second one may then be answered by the echo of the
   * first.
   */
  static RepeatableRequests idempotent() {
    Set<String> methods = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");
    return request -> methods.contains(request.method());
  }

  /**
   * What S3 lets one repeat, by method, path, query and headers: {@link #reads()}, PutObject and
   * CopyObject without conditions, UploadPart, DeleteObject without a version or conditions,
   * DeleteObjects without conditions, the settings of objects and buckets that are put whole. Not:
   * appends; buckets made or deleted; uploads begun, completed or aborted, because only a question
   * could tell what became of the first try. What it does not know is not repeated. Expects
   * path-style URLs.
   */
  static RepeatableRequests s3() {
    return S3Requests::isRepeatable;
  }

  /** What either of them lets repeat. */
  default RepeatableRequests or(RepeatableRequests other) {
    Objects.requireNonNull(other, "other");
    return request -> isRepeatable(request) || other.isRepeatable(request);
  }
}
