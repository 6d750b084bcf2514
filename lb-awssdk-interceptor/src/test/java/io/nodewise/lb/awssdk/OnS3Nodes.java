package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.health.HealthCheck;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * What all integration tests share: four real servers, and after each test the checks that nothing
 * is left behind: no attempt in flight, no record of a call, no thread.
 */
abstract class OnS3Nodes {
  private static final AtomicInteger BUCKETS = new AtomicInteger();

  static {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
  }

  /** A client of the first node alone, without a balancer. */
  static final S3Client PLAIN =
      S3Client.builder()
          .endpointOverride(URI.create(S3Nodes.shared().get(0).url()))
          .forcePathStyle(true)
          .region(Region.US_EAST_1)
          .credentialsProvider(S3Nodes.CREDENTIALS)
          .build();

  final S3Nodes nodes = S3Nodes.shared();
  private final List<LoadBalancer> clusters = new ArrayList<>();
  private final List<S3Client> clients = new ArrayList<>();
  String bucket;

  /** Probes often enough that no test waits for one. */
  static HealthCheck quickProbes() {
    return HealthCheck.s3proxy().toBuilder()
        .interval(Duration.ofMillis(500))
        .fastInterval(Duration.ofMillis(100))
        .timeout(Duration.ofMillis(400))
        .build();
  }

  @BeforeEach
  void renew() {
    nodes.renew();
    bucket = "bucket" + BUCKETS.incrementAndGet();
    PLAIN.createBucket(create -> create.bucket(bucket));
    nodes.renew();
  }

  @AfterEach
  void nothingIsLeft() {
    try {
      for (LoadBalancer cluster : clusters) {
        assertIdle(cluster);
      }
      for (S3Client client : clients) {
        assertThat(calls(client).size()).as("records of calls").isZero();
      }
    } finally {
      clients.forEach(S3Client::close);
      clusters.forEach(LoadBalancer::close);
      nodes.renew();
    }
    await("threads end").atMost(Duration.ofSeconds(5)).until(() -> threads("nodewise-").isEmpty());
  }

  static List<String> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .toList();
  }

  /** No attempt is in flight: at once after the end of the last call, not some time later. */
  static void assertIdle(LoadBalancer cluster) {
    assertThat(cluster.snapshot().inFlight()).as("in flight: %s", cluster).isZero();
  }

  /** Builds a load balancer, closed after the test. */
  LoadBalancer track(LoadBalancerBuilder builder) {
    LoadBalancer cluster = builder.build();
    clusters.add(cluster);
    return cluster;
  }

  /** Builds a client, closed after the test. */
  S3Client track(S3ClientBuilder builder) {
    return track(builder.build());
  }

  S3Client track(S3Client client) {
    clients.add(client);
    return client;
  }

  /** All nodes, probed quickly. */
  LoadBalancer cluster() {
    return track(LoadBalancer.builder().nodes(nodes.urls()).healthCheck(quickProbes()));
  }

  /** The first nodes, of which only requests find out anything. */
  LoadBalancer unprobed(int count) {
    return track(LoadBalancer.builder().nodes(nodes.urls(count)).healthCheck(HealthCheck.none()));
  }

  /** A builder with what every test needs. */
  static S3ClientBuilder builder(LoadBalancer cluster) {
    return LoadBalancedS3.builder(cluster)
        .region(Region.US_EAST_1)
        .credentialsProvider(S3Nodes.CREDENTIALS);
  }

  S3Client client(LoadBalancer cluster) {
    return track(builder(cluster));
  }

  static ApiCalls calls(S3Client client) {
    for (ExecutionInterceptor one :
        client.serviceClientConfiguration().overrideConfiguration().executionInterceptors()) {
      if (one instanceof CallInterceptor ours) {
        return ours.calls;
      }
    }
    throw new AssertionError("the interceptor is not there");
  }

  static NodeSnapshot node(LoadBalancer cluster, FaultProxy proxy) {
    return cluster.snapshot().nodes().stream()
        .filter(one -> one.node().id().equals(proxy.id()))
        .findFirst()
        .orElseThrow();
  }

  static long faults(LoadBalancer cluster) {
    return cluster.snapshot().nodes().stream().mapToLong(NodeSnapshot::faults).sum();
  }

  /** Bytes that are the same for the same number. */
  static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  void put(S3Client s3, String key, byte[] content) {
    s3.putObject(put -> put.bucket(bucket).key(key), RequestBody.fromBytes(content));
  }

  byte[] get(S3Client s3, String key) {
    return s3.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asByteArray();
  }

  /** Runs it so often on so many threads; the first failure is thrown, once all have ended. */
  static void inParallel(int threads, int times, IntConsumer action) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Object>> tasks =
          IntStream.range(0, times)
              .mapToObj(i -> Executors.callable(() -> action.accept(i)))
              .toList();
      for (Future<Object> done : pool.invokeAll(tasks)) {
        done.get();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  static long millis(Runnable action) {
    long began = System.nanoTime();
    action.run();
    return (System.nanoTime() - began) / 1_000_000;
  }
}
