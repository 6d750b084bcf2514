package io.nodewise.lb.awssdk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.Route;
import io.nodewise.lb.node.RequestHint;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/*
 * The SDK gives its HTTP client nothing but the signed request. What all attempts of a call have in
 * common is the header amz-sdk-invocation-id, which is made after the interceptors' last chance to
 * add one of ours, and is signed. So the interceptor files the call under that id before each
 * attempt, the transport and the retry strategy look it up, and the interceptor removes it at the
 * call's end. The bound only matters for calls whose end no interceptor hears of.
 */
/** The calls under way, by invocation id. Thread-safe. */
final class ApiCalls {
  static final String ID_HEADER = "amz-sdk-invocation-id";
  private static final int MOST_CALLS = 100_000;

  private final LoadBalancer cluster;
  private final Cache<String, ApiCall> calls =
      Caffeine.newBuilder().maximumSize(MOST_CALLS).executor(Runnable::run).build();

  ApiCalls(LoadBalancer cluster) {
    this.cluster = cluster;
  }

  /**
   * A call that begins.
   *
   * @param affinity what its user says it belongs to; null for its object
   */
  ApiCall begin(String operationName, SdkRequest request, @Nullable String affinity) {
    Operation operation = Operation.of(operationName, request);
    RequestHint hint = operation.hint();
    String belongsTo = cluster.usesAffinity() ? belongsTo(request, affinity) : null;
    return new ApiCall(
        operation, request, cluster.route(belongsTo == null ? hint : hint.withAffinity(belongsTo)));
  }

  /** Null where the request is about no object. */
  private static @Nullable String belongsTo(SdkRequest request, @Nullable String affinity) {
    if (affinity != null) {
      return affinity;
    }
    String key = request.getValueForField("Key", String.class).orElse(null);
    return key == null
        ? null
        : request.getValueForField("Bucket", String.class).orElse("") + "/" + key;
  }

  void file(SdkHttpRequest request, ApiCall call) {
    String id = id(request);
    if (id != null) {
      calls.put(id, call);
    }
  }

  void remove(SdkHttpRequest request) {
    String id = id(request);
    if (id != null) {
      calls.invalidate(id);
    }
  }

  /** The call of a request; one that no interceptor announced is judged by its method. */
  ApiCall of(SdkHttpRequest request) {
    String id = id(request);
    ApiCall call = id == null ? null : find(id);
    if (call != null) {
      return call;
    }
    boolean reads = request.method() == SdkHttpMethod.GET || request.method() == SdkHttpMethod.HEAD;
    Route route = cluster.route(reads ? RequestHint.read() : RequestHint.write());
    return new ApiCall(reads ? Operation.READ : Operation.IDEMPOTENT, null, route);
  }

  @Nullable ApiCall find(String id) {
    return calls.getIfPresent(id);
  }

  /** Calls filed and not removed. */
  long size() {
    calls.cleanUp();
    return calls.estimatedSize();
  }

  static @Nullable String id(SdkHttpRequest request) {
    return request.firstMatchingHeader(ID_HEADER).orElse(null);
  }
}
