package io.nodewise.lb.endtoend;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.LoadBalancedS3;
import io.nodewise.lb.health.HealthCheck;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * One way to reach the nodes. Thread-safe; whoever made it closes it, and with it its clients and
 * its proxy.
 */
final class Arm implements AutoCloseable {
  /** The same for all; leaves room for one time-out of a proxy and a second try. */
  static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);

  private final String name;
  private final Supplier<S3Client> clients;
  private final LongSupplier proxyCpu;
  private final List<AutoCloseable> owned; // in the order of closing

  private Arm(
      String name,
      Supplier<S3Client> clients,
      LongSupplier proxyCpu,
      List<? extends AutoCloseable> owned) {
    this.name = name;
    this.clients = clients;
    this.proxyCpu = proxyCpu;
    this.owned = List.copyOf(owned);
  }

  /** The SDK's client of one node. */
  static Arm plain(String name, URI node) {
    S3Client s3 = client(of(node));
    return new Arm(name, () -> s3, () -> 0, List.of(s3));
  }

  /** A client for each node, call by call in turn. */
  static Arm naive(String name, List<URI> nodes) {
    List<S3Client> all = new ArrayList<>();
    for (URI node : nodes) {
      all.add(client(of(node)));
    }
    AtomicInteger turn = new AtomicInteger();
    return new Arm(
        name, () -> all.get(Math.floorMod(turn.getAndIncrement(), all.size())), () -> 0, all);
  }

  /** Nodewise over these nodes; its defaults, but for the path of the health check. */
  static Arm nodewise(String name, List<URI> nodes) {
    LoadBalancer cluster =
        LoadBalancer.builder()
            .nodes(nodes.stream().map(URI::toString).toArray(String[]::new))
            .healthCheck(HealthCheck.http(StorageNodeMain.HEALTH_PATH))
            .build();
    return over(name, cluster);
  }

  /** Nodewise over this cluster, which it closes. */
  static Arm over(String name, LoadBalancer cluster) {
    S3Client s3 = client(LoadBalancedS3.builder(cluster));
    return new Arm(name, () -> s3, () -> 0, List.of(s3, cluster));
  }

  /** The SDK's client of a proxy, which knows the nodes. */
  static Arm behind(ProxyProduct product, Path templates, StorageCluster cluster)
      throws IOException, InterruptedException {
    ProxyServer proxy = ProxyServer.start(product, templates, cluster);
    try {
      S3Client s3 = client(of(proxy.uri()));
      return new Arm(product.shown(), () -> s3, proxy::cpuNanos, List.of(s3, proxy));
    } catch (RuntimeException e) {
      proxy.close();
      throw e;
    }
  }

  /** A client of one address, of a node or of a proxy. */
  static S3ClientBuilder of(URI address) {
    return S3Client.builder().endpointOverride(address).forcePathStyle(true);
  }

  /** What all clients have in common. */
  static S3Client client(S3ClientBuilder builder) {
    return builder
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(StorageNodeMain.ACCESS_KEY, StorageNodeMain.SECRET_KEY)))
        .httpClientBuilder(ApacheHttpClient.builder())
        .overrideConfiguration(
            o -> o.retryStrategy(RetryMode.STANDARD).apiCallTimeout(CALL_TIMEOUT))
        .build();
  }

  String name() {
    return name;
  }

  /** The client of the next call. */
  S3Client s3() {
    return clients.get();
  }

  /** Processor time of its proxy so far; 0 where there is none. */
  long proxyCpuNanos() {
    return proxyCpu.getAsLong();
  }

  @Override
  public void close() {
    for (AutoCloseable one : owned) {
      try {
        one.close();
      } catch (Exception e) {
        System.err.println("closing " + name + ": " + e);
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
