package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.HostHeader;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * The load balancer of a JVM whose applications know nothing of it: made as the surroundings say
 * when the first HTTP client needs it, closed with the last one. Its threads are daemons, so the
 * end of the JVM needs nothing of it. Thread-safe.
 */
final class AutoCluster {
  private static final Object LOCK = new Object();

  private static @Nullable AutoCluster current; // by whoever holds LOCK
  private static volatile @Nullable AutoCluster seen; // the same, for those who only look

  private final LoadBalancer cluster;
  private final ApiCalls calls;
  private final CallInterceptor interceptor;
  private int users; // by whoever holds LOCK

  private AutoCluster(LoadBalancer cluster) {
    this.cluster = cluster;
    this.calls = new ApiCalls(cluster);
    this.interceptor = new CallInterceptor(calls, AutoInterceptor.CALL);
  }

  /**
   * The one there is, or a new one, for one client more.
   *
   * @throws IllegalArgumentException if the settings are wrong; the message lists everything
   */
  static AutoCluster join() {
    synchronized (LOCK) {
      AutoCluster joined = current;
      if (joined == null) {
        joined = new AutoCluster(LoadBalancer.fromEnvironment());
        if (joined.cluster.hostHeader() == HostHeader.NODE) {
          joined.cluster.close();
          throw new IllegalArgumentException(
              "nodewise.host-header: node (expected: logical, as nobody here can sign anew)");
        }
        current = joined;
        seen = joined;
      }
      joined.users++;
      return joined;
    }
  }

  /** What {@link #join} returned is not needed any more by that client. */
  void leave() {
    synchronized (LOCK) {
      users--;
      if (users == 0) {
        current = null;
        seen = null;
        cluster.close();
      }
    }
  }

  /** The one there is; null while no client uses it. */
  static @Nullable AutoCluster seen() {
    return seen;
  }

  LoadBalancer cluster() {
    return cluster;
  }

  ApiCalls calls() {
    return calls;
  }

  CallInterceptor interceptor() {
    return interceptor;
  }

  /**
   * Whether a request of S3 is for this cluster: by a name or address of its own, or a bucket's.
   */
  boolean isFor(SdkHttpRequest request) {
    return isNamed(request) || isBucket(request);
  }

  /**
   * Whether any request is for this cluster. What ends in its name is a bucket only where S3 asks
   * for it: other services may have names beside it.
   */
  boolean takes(SdkHttpRequest request) {
    return isNamed(request) || (isBucket(request) && isAnnounced(request));
  }

  private boolean isAnnounced(SdkHttpRequest request) {
    String id = ApiCalls.id(request);
    return id != null && calls.find(id) != null;
  }

  private boolean isNamed(SdkHttpRequest request) {
    URI endpoint = cluster.logicalEndpoint();
    String host = request.host();
    if (host == null || !request.protocol().equalsIgnoreCase(endpoint.getScheme())) {
      return false;
    }
    String member = request.protocol() + "://" + host + ":" + request.port();
    return (isAtEndpoint(request) && host.equalsIgnoreCase(nameOf(endpoint)))
        || cluster.nodes().find(member).isPresent();
  }

  private boolean isBucket(SdkHttpRequest request) {
    return isAtEndpoint(request) && endsWithName(request.host(), nameOf(cluster.logicalEndpoint()));
  }

  private boolean isAtEndpoint(SdkHttpRequest request) {
    URI endpoint = cluster.logicalEndpoint();
    return request.host() != null
        && request.protocol().equalsIgnoreCase(endpoint.getScheme())
        && request.port() == portOf(endpoint);
  }

  /** As in {@code bucket.s3.local}. */
  private static boolean endsWithName(String host, String name) {
    int bucket = host.length() - name.length() - 1;
    return bucket > 0
        && host.charAt(bucket) == '.'
        && host.regionMatches(true, bucket + 1, name, 0, name.length());
  }

  private static String nameOf(URI endpoint) {
    String authority = endpoint.getRawAuthority(); // the host itself may be none by RFC 2396
    int colon = authority.lastIndexOf(':');
    return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
  }

  private static int portOf(URI endpoint) {
    String authority = endpoint.getRawAuthority();
    int colon = authority.lastIndexOf(':');
    return colon > authority.lastIndexOf(']')
        ? Integer.parseInt(authority.substring(colon + 1))
        : endpoint.getScheme().equals("https") ? 443 : 80;
  }
}
