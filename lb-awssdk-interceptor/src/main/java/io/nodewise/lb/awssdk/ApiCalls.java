package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.Route;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.retry.DownloadResume;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.retry.UnsafeRepeats;
import java.time.Duration;
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
 * attempt, and the transport and the retry strategy look it up. It is taken out when the strategy has
 * looked, since until its next attempt nobody does, when an asynchronous attempt fails, whose exception
 * names the call, and by the interceptor at the call's end, of which it is not told where an
 * asynchronous call is cancelled.
 *
 * The bound only matters for calls whose end no interceptor hears of. There are two generations: when
 * the younger one is full, which of calls that end it never is, it becomes the older one, and the
 * older one is forgotten. A cache that evicts one by one would cost each call far more than these two
 * maps. A call that is forgotten goes on as one that nobody announced.
 *
 * How an attempt is signed is heard of before it is filed, on the same thread and as the last thing
 * before that, so it waits on that thread.
 */
/** The calls under way, by invocation id. Thread-safe. */
final class ApiCalls {
  static final String ID_HEADER = "amz-sdk-invocation-id";

  /** Calls of a generation, more or less: more than any client has under way, ten megabytes. */
  static final int GENERATION = 50_000;

  private final LoadBalancer cluster;
  private volatile @Nullable Duration longestSilence; // before the first call; null if unknown
  private volatile ConcurrentMap<String, ApiCall> younger =
      new ConcurrentHashMap<>(); // by turnOver()
  private volatile ConcurrentMap<String, ApiCall> older = new ConcurrentHashMap<>(); // the same

  /** Of those filed every so manyth looks whether the generation is full: to count costs. */
  private static final int LOOKS = 64;

  /** From the signing of an attempt until its transmission begins. */
  private final ThreadLocal<@Nullable Signing<?>> signed = new ThreadLocal<>();

  private final UploadsBegun uploads = new UploadsBegun();
  private final ErrorRules errors;

  ApiCalls(LoadBalancer cluster) {
    this.cluster = cluster;
    this.errors = new ErrorRules(cluster);
  }

  /** What error answers mean. */
  ErrorRules errors() {
    return errors;
  }

  /** What threads are called that belong to this client. */
  String name() {
    return cluster.logicalEndpoint().getRawAuthority();
  }

  /** No clock of a single request may outlast the sockets' own. */
  void limitSilence(Duration longest) {
    longestSilence = longest;
  }

  private void requireWithinLimit(String what, Duration value) {
    Duration longest = longestSilence;
    if (longest != null && value.compareTo(longest) > 0) {
      throw new IllegalArgumentException(
          "LoadBalancedS3.TIMEOUTS: "
              + what
              + " timeout: "
              + value
              + " (expected: <= "
              + longest
              + ", after which the connection itself gives up; or longer ones for the load balancer,"
              + " whose connections wait for as long)");
    }
  }

  /**
   * A call that begins.
   *
   * @param affinity what its user says it belongs to; null for its object
   * @param unsafeRepeats what its user says of repeats; null for what holds for all
   * @param own the clocks its user gave it; null for the load balancer's
   * @throws IllegalArgumentException if one of those is longer than connections wait
   */
  ApiCall begin(
      String operationName,
      SdkRequest request,
      @Nullable String affinity,
      @Nullable UnsafeRepeats unsafeRepeats,
      @Nullable Timeouts own) {
    if (own != null) {
      requireWithinLimit("first byte", own.firstByte());
      requireWithinLimit("body idle", own.bodyIdle());
    }
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

  /** Whether each request is signed for the node it goes to, once that is known. */
  boolean signsForNodes() {
    return cluster.hostHeader() == HostHeader.NODE;
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
      call.signing(signing(id));
      if (id.hashCode() % LOOKS == 0 && younger.size() >= GENERATION) {
        turnOver();
      }
      younger.put(id, call);
    }
  }

  /** How a request was signed that this thread files next. */
  void noteSigning(Signing<?> signing) {
    signed.set(signing);
  }

  /** Null if the request was not signed, or in a way that nobody noted. */
  private @Nullable Signing<?> signing(String id) {
    Signing<?> last = signed.get();
    if (last == null) {
      return null;
    }
    signed.set(null); // and not removed: the next one comes soon
    return last.isOf(id) ? last : null;
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
    call.signing(null); // it holds credentials; a download that goes on has its own
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
    return (long) younger.size() + older.size();
  }

  static @Nullable String id(SdkHttpRequest request) {
    return request.firstMatchingHeader(ID_HEADER).orElse(null);
  }
}
