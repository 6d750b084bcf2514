package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.Route;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.retry.DownloadResume;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.retry.UnsafeRepeats;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/*
 * The SDK gives its HTTP client nothing but the signed request. What all attempts of a call have in
 * common is the header amz-sdk-invocation-id, which is made after the interceptors' last chance to
 * add one of ours, and is signed. So the interceptor files the call under that id before each
 * attempt, the transport and the retry strategy look it up, and the interceptor removes it at the
 * call's end.
 *
 * The bound only matters for calls whose end no interceptor hears of. There are two generations: when
 * the younger one is full, which of calls that end it never is, it becomes the older one, and the
 * older one is forgotten. A cache that evicts one by one would cost each call far more than these two
 * maps. A call that is forgotten goes on as one that nobody announced.
 */
/** The calls under way, by invocation id. Thread-safe. */
final class ApiCalls {
  static final String ID_HEADER = "amz-sdk-invocation-id";

  /** Calls of a generation: more than any client has under way, some ten megabytes. */
  static final int GENERATION = 50_000;

  private final LoadBalancer cluster;
  private volatile ConcurrentMap<String, ApiCall> younger =
      new ConcurrentHashMap<>(); // by turnOver()
  private volatile ConcurrentMap<String, ApiCall> older = new ConcurrentHashMap<>(); // the same

  /** From the signing of an attempt until its transmission begins. */
  private final ConcurrentMap<String, Signing<?>> signings = new ConcurrentHashMap<>();

  private final UploadsBegun uploads = new UploadsBegun();

  ApiCalls(LoadBalancer cluster) {
    this.cluster = cluster;
  }

  /**
   * A call that begins.
   *
   * @param affinity what its user says it belongs to; null for its object
   * @param unsafeRepeats what its user says of repeats; null for what holds for all
   * @param own the clocks its user gave it; null for the load balancer's
   */
  ApiCall begin(
      String operationName,
      SdkRequest request,
      @Nullable String affinity,
      @Nullable UnsafeRepeats unsafeRepeats,
      @Nullable Timeouts own) {
    Operation operation = Operations.of(operationName, request);
    RequestHint hint = operation.hint();
    String belongsTo = cluster.usesAffinity() ? belongsTo(operation, request, affinity) : null;
    RequestHint full = belongsTo == null ? hint : hint.withAffinity(belongsTo);
    return new ApiCall(
        operation,
        request,
        own == null ? cluster.route(full) : cluster.route(full, own),
        unsafeRepeats == null ? cluster.unsafeRepeats() : unsafeRepeats);
  }

  /** Whether a download that breaks off goes on at another node. */
  DownloadResume downloadResume() {
    return cluster.downloadResume();
  }

  /** Null where the request is about no object. */
  private static @Nullable String belongsTo(
      Operation operation, SdkRequest request, @Nullable String affinity) {
    return affinity == null ? operation.subject().of(request) : affinity;
  }

  void file(SdkHttpRequest request, ApiCall call) {
    String id = id(request);
    if (id != null) {
      call.id(id);
      call.signing(signings.remove(id));
      if (younger.size() >= GENERATION) {
        turnOver();
      }
      younger.put(id, call);
    }
  }

  /** How a request was signed, for the call that is filed next under its id. */
  void noteSigning(SdkHttpRequest request, Signing<?> signing) {
    String id = id(request);
    if (id != null) {
      if (signings.size() >= GENERATION) {
        signings.clear(); // of requests that were signed and never sent
      }
      signings.put(id, signing);
    }
  }

  private synchronized void turnOver() {
    if (younger.size() >= GENERATION) {
      older = younger;
      younger = new ConcurrentHashMap<>();
    }
  }

  void remove(ApiCall call) {
    String id = call.id();
    if (id != null) {
      younger.remove(id);
      older.remove(id);
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
    Operation operation = reads ? Operations.UNKNOWN_READ : Operations.UNKNOWN_WRITE;
    return new ApiCall(operation, null, route, cluster.unsafeRepeats());
  }

  UploadsBegun uploads() {
    return uploads;
  }

  /** Whether another call under way begins an upload of the same key; looks at them all. */
  boolean isAnotherBeginning(ApiCall call) {
    String key = call.key();
    return Stream.of(younger, older)
        .flatMap(generation -> generation.values().stream())
        .filter(other -> other != call && other.operation().repeat() == Repeat.BEGUN)
        .anyMatch(other -> Objects.equals(other.key(), key));
  }

  @Nullable ApiCall find(String id) {
    ApiCall call = younger.get(id);
    return call == null ? older.get(id) : call;
  }

  /** Calls filed and not removed. */
  long size() {
    return (long) younger.size() + older.size() + signings.size();
  }

  static @Nullable String id(SdkHttpRequest request) {
    return request.firstMatchingHeader(ID_HEADER).orElse(null);
  }
}
