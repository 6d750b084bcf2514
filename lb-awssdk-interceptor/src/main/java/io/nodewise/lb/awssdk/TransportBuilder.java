package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.routing.InFlightLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Makes the transport when the S3 client is built. What the user set on his HTTP client wins; where
 * he set nothing, the clocks are those of the load balancer and the pool has room for every node.
 */
final class TransportBuilder implements SdkHttpClient.Builder<TransportBuilder> {
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

  private final LoadBalancer cluster;
  private final ApiCalls calls;
  private final Confirmation confirmation;
  private final @Nullable SdkHttpClient client;
  private final SdkHttpClient.@Nullable Builder<?> builder;
  private @Nullable BalancedTransport made;

  TransportBuilder(
      LoadBalancer cluster,
      ApiCalls calls,
      Confirmation confirmation,
      @Nullable SdkHttpClient client,
      SdkHttpClient.@Nullable Builder<?> builder) {
    this.cluster = cluster;
    this.calls = calls;
    this.confirmation = confirmation;
    this.client = client;
    this.builder = builder;
  }

  @Override
  public SdkHttpClient buildWithDefaults(AttributeMap serviceDefaults) {
    SdkHttpClient given = client;
    if (given != null) {
      requireFit(given);
      return made(new BalancedTransport(given, false, calls, confirmation, hedges()));
    }
    calls.limitSilence(longestSilence());
    SdkHttpClient.Builder<?> source = builder == null ? DefaultHttpClient.of(cluster) : builder;
    SdkHttpClient delegate = source.buildWithDefaults(serviceDefaults.merge(defaults()));
    BalancedTransport transport =
        made(new BalancedTransport(delegate, true, calls, confirmation, hedges()));
    requireFit(delegate);
    return transport;
  }

  private @Nullable HedgeThreads hedges() {
    return cluster.hedging().isOn()
        ? new HedgeThreads(cluster.logicalEndpoint().getRawAuthority())
        : null;
  }

  private BalancedTransport made(BalancedTransport transport) {
    made = transport;
    return transport;
  }

  /** Closes what was made: there will be no S3 client to do it. */
  void discard() {
    if (made != null) {
      made.close();
    }
  }

  private AttributeMap defaults() {
    int connections = InFlightLimits.connections(cluster.nodes().size());
    return AttributeMap.builder()
        .put(SdkHttpConfigurationOption.CONNECTION_TIMEOUT, cluster.timeouts().connect())
        .put(SdkHttpConfigurationOption.READ_TIMEOUT, longestSilence().plus(LATER))
        .put(SdkHttpConfigurationOption.CONNECTION_MAX_IDLE_TIMEOUT, IDLE)
        .put(SdkHttpConfigurationOption.MAX_CONNECTIONS, connections)
        .build();
  }

  private Duration longestSilence() {
    return longer(SILENCE, longer(cluster.timeouts().firstByte(), cluster.timeouts().bodyIdle()));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** What can be seen of a client to be unfit for this cluster. */
  private void requireFit(SdkHttpClient delegate) {
    String name = delegate.clientName();
    if (name.startsWith("UrlConnection") && !calls.signsForNodes()) {
      throw new IllegalArgumentException(
          "HTTP client: UrlConnectionHttpClient (expected: one that sends the Host header it is"
              + " given, such as ApacheHttpClient; the JDK's sends the node's own, which breaks the"
              + " signature; or LoadBalancer.builder().hostHeader(HostHeader.NODE), which signs for"
              + " that one)");
    }
    if (name.startsWith("AwsCommonRuntime")
        && cluster.tls().flatMap(ClusterTls::serverName).isPresent()) {
      throw new IllegalArgumentException(
          "HTTP client: AwsCrtHttpClient (expected: another one where there is a"
              + " ClusterTls.serverName, as it verifies the host of a node's URI and no other)");
    }
  }
}
