package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.routing.InFlightLimits;
import java.time.Duration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.utils.AttributeMap;

/** What the connections are like where the user set nothing. */
final class ConnectionDefaults {
  /**
   * How long a connection may lie in the pool. The shortest that servers keep them, as far as is
   * known, are 5 s (LeoFS, Node.js); whoever leaves first must be the client, or a request may meet
   * the server's leave-taking. To open a new one after four idle seconds costs a round trip or two.
   */
  static final Duration IDLE = Duration.ofSeconds(4);

  /**
   * How long a socket may be silent at least. The clock of a silent node is the balancer's, which
   * may be set for each request up to this or the balancer's own; the socket's is there for when
   * that one is gone, as after its close, and must not undercut it.
   */
  private static final Duration SILENCE = Duration.ofMinutes(15);

  /** So much later than the balancer's clock, which comes by five times a second, is a socket's. */
  private static final Duration LATER = Duration.ofSeconds(5);

  private ConnectionDefaults() {}

  /** For a client of such a builder: one pool for all nodes, but where it is native code. */
  static AttributeMap of(LoadBalancer cluster, SdkHttpClient.Builder<?> builder) {
    boolean isCrt = builder.getClass().getName().contains("AwsCrtHttpClient");
    AttributeMap settings = isCrt ? ofPools(cluster) : ofOnePool(cluster);
    return settings.toBuilder()
        .put(SdkHttpConfigurationOption.READ_TIMEOUT, longestSilence(cluster, builder).plus(LATER))
        .build();
  }

  /** For a client that has one pool for all nodes. */
  private static AttributeMap ofOnePool(LoadBalancer cluster) {
    // Where nodes come and go by themselves there is room for as many as may come.
    int nodes = cluster.hasNodeSource() ? Integer.MAX_VALUE : cluster.nodes().size();
    int all = InFlightLimits.connections(nodes);
    return of(cluster).toBuilder().put(SdkHttpConfigurationOption.MAX_CONNECTIONS, all).build();
  }

  /** For a client that has a pool for each node, and a clock for what it sends as well. */
  static AttributeMap ofPools(LoadBalancer cluster) {
    return of(cluster).toBuilder()
        .put(SdkHttpConfigurationOption.MAX_CONNECTIONS, InFlightLimits.connections(1))
        .put(SdkHttpConfigurationOption.WRITE_TIMEOUT, longestSilence(cluster).plus(LATER))
        .build();
  }

  private static AttributeMap of(LoadBalancer cluster) {
    return AttributeMap.builder()
        .put(SdkHttpConfigurationOption.CONNECTION_TIMEOUT, cluster.timeouts().connect())
        .put(SdkHttpConfigurationOption.READ_TIMEOUT, longestSilence(cluster).plus(LATER))
        .put(SdkHttpConfigurationOption.CONNECTION_MAX_IDLE_TIMEOUT, IDLE)
        .build();
  }

  /**
   * How long the connections of such a client wait. Nobody can end a read of the JDK's in the
   * middle of a body, so there the socket's own clock has to.
   */
  static Duration longestSilence(LoadBalancer cluster, SdkHttpClient.Builder<?> builder) {
    return builder.getClass().getName().contains("UrlConnection")
        ? longer(cluster.timeouts().firstByte(), cluster.timeouts().bodyIdle())
        : longestSilence(cluster);
  }

  /** How long the connections of any other client wait. */
  static Duration longestSilence(LoadBalancer cluster) {
    return longer(SILENCE, longer(cluster.timeouts().firstByte(), cluster.timeouts().bodyIdle()));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
