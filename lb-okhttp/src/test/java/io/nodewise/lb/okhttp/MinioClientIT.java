package io.nodewise.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.minio.BucketExistsArgs;
import io.minio.CopyObjectArgs;
import io.minio.GetObjectArgs;
import io.minio.ListObjectsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioAsyncClient;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveBucketArgs;
import io.minio.RemoveObjectArgs;
import io.minio.RemoveObjectsArgs;
import io.minio.Result;
import io.minio.SourceObject;
import io.minio.StatObjectArgs;
import io.minio.UploadObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.messages.DeleteRequest;
import io.minio.messages.DeleteResult;
import io.minio.messages.Item;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.NodeState;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** minio-java over real servers that verify signatures. */
@Timeout(120)
class MinioClientIT {
  private static final String LOGICAL = "http://s3.local:9000";
  private static final int PART = 5 << 20;
  private static final AtomicInteger BUCKETS = new AtomicInteger();
  private static S3Servers servers;

  private final String bucket = "bucket" + BUCKETS.incrementAndGet();
  private OkHttpClient http;
  private LoadBalancer cluster;
  private MinioClient minio;

  @BeforeAll
  static void startServers() throws Exception {
    servers = new S3Servers(3);
  }

  @AfterAll
  static void stopServers() throws Exception {
    await("idle connections end by themselves")
        .atMost(Duration.ofSeconds(15))
        .until(() -> servers.nodes().stream().mapToInt(NodeProxy::connections).sum() == 0);
    servers.close();
  }

  @BeforeEach
  void start() throws Exception {
    cluster =
        LoadBalancer.builder()
            .nodes(servers.urls())
            .logicalEndpoint(URI.create(LOGICAL))
            .healthCheck(
                HealthCheck.s3proxy().toBuilder()
                    .interval(Duration.ofMillis(500))
                    .fastInterval(Duration.ofMillis(100))
                    .timeout(Duration.ofMillis(400))
                    .build())
            .build();
    assertThat(cluster.awaitReady(Duration.ofSeconds(20), 3)).isTrue();
    http =
        LoadBalancedOkHttp.builder(cluster)
            .repeatable(RepeatableRequests.s3())
            .wrap(new OkHttpClient());
    minio = client(S3Servers.SECRET_KEY);
    minio.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
    servers.nodes().forEach(node -> node.requests().clear());
  }

  @AfterEach
  void stop() {
    servers.nodes().forEach(NodeProxy::pass);
    Clusters.awaitNothingLeft(cluster, http);
    cluster.close();
    http.dispatcher().executorService().shutdown();
    await("threads end")
        .atMost(Duration.ofSeconds(10))
        .until(() -> Clusters.threads("nodewise-").isEmpty());
  }

  private MinioClient client(String secret) {
    return MinioClient.builder()
        .endpoint(LOGICAL)
        .region("us-east-1")
        .credentials(S3Servers.ACCESS_KEY, secret)
        .httpClient(http)
        .build();
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private void put(String key, byte[] content) throws Exception {
    minio.putObject(
        PutObjectArgs.builder().bucket(bucket).object(key).stream(
                new ByteArrayInputStream(content), (long) content.length, -1L)
            .build());
  }

  private byte[] get(String key) throws Exception {
    try (InputStream content =
        minio.getObject(GetObjectArgs.builder().bucket(bucket).object(key).build())) {
      return content.readAllBytes();
    }
  }

  private long size(String key) throws Exception {
    return minio.statObject(StatObjectArgs.builder().bucket(bucket).object(key).build()).size();
  }

  private void remove(String key) throws Exception {
    minio.removeObject(RemoveObjectArgs.builder().bucket(bucket).object(key).build());
  }

  private List<String> list() throws Exception {
    List<String> keys = new ArrayList<>();
    for (Result<Item> item :
        minio.listObjects(ListObjectsArgs.builder().bucket(bucket).recursive(true).build())) {
      keys.add(item.get().objectName());
    }
    return keys;
  }

  private List<String> requests(String regex) {
    return servers.nodes().stream()
        .flatMap(node -> node.requests().stream())
        .filter(line -> line.matches(regex))
        .toList();
  }

  @Test
  void theUsualOperations() throws Exception {
    assertThat(minio.bucketExists(BucketExistsArgs.builder().bucket(bucket).build())).isTrue();
    put("a b/ü", bytes(10_000));
    assertThat(get("a b/ü")).isEqualTo(bytes(10_000));
    assertThat(size("a b/ü")).isEqualTo(10_000);
    try (InputStream part =
        minio.getObject(
            GetObjectArgs.builder()
                .bucket(bucket)
                .object("a b/ü")
                .offset(5L)
                .length(10L)
                .build())) {
      assertThat(part.readAllBytes()).hasSize(10);
    }
    minio.copyObject(
        CopyObjectArgs.builder()
            .bucket(bucket)
            .object("copy")
            .source(SourceObject.builder().bucket(bucket).object("a b/ü").build())
            .build());
    put("empty", new byte[0]);
    assertThat(list()).containsExactlyInAnyOrder("a b/ü", "copy", "empty");
    remove("copy");
    for (Result<DeleteResult.Error> error :
        minio.removeObjects(
            RemoveObjectsArgs.builder()
                .bucket(bucket)
                .objects(
                    List.of(new DeleteRequest.Object("a b/ü"), new DeleteRequest.Object("empty")))
                .build())) {
      throw new AssertionError(error.get());
    }
    assertThat(list()).isEmpty();
    minio.removeBucket(RemoveBucketArgs.builder().bucket(bucket).build());
    assertThat(minio.bucketExists(BucketExistsArgs.builder().bucket(bucket).build())).isFalse();
    assertThat(servers.nodes()).allMatch(node -> node.requests().size() > 1);
  }

  @Test
  void signaturesAreVerified() {
    assertThatThrownBy(() -> client("wrong").listBuckets())
        .isInstanceOfSatisfying(
            ErrorResponseException.class,
            e -> assertThat(e.errorResponse().code()).isEqualTo("SignatureDoesNotMatch"));
    assertThat(Clusters.faults(cluster)).isZero();
  }

  @Test
  void anErrorOfTheCallersIsHeardAtOnce() {
    assertThatThrownBy(() -> get("nothing")).isInstanceOf(ErrorResponseException.class);
    assertThat(requests("GET /" + bucket + "/nothing.*")).hasSize(1);
  }

  @Test
  void partsAreSpreadAndSurviveANodeThatDies(@TempDir Path folder) throws Exception {
    byte[] content = bytes(6 * PART + 123);
    Path file = folder.resolve("large");
    Files.write(file, content);
    Predicate<String> second = once("PUT .*partNumber=2.*");
    servers.nodes().forEach(node -> node.dieOf(second));
    minio.uploadObject(
        UploadObjectArgs.builder()
            .bucket(bucket)
            .object("large")
            .filename(file.toString(), (long) PART)
            .build());
    assertThat(requests("PUT .*partNumber=.*")).hasSizeGreaterThan(7);
    assertThat(requests("PUT .*partNumber=2.*")).hasSize(2);
    assertThat(get("large")).isEqualTo(content);
  }

  @Test
  void aStreamOfUnknownLength() throws Exception {
    byte[] content = bytes(2 * PART + 7);
    minio.putObject(
        PutObjectArgs.builder().bucket(bucket).object("stream").stream(
                new ByteArrayInputStream(content), -1L, (long) PART)
            .build());
    assertThat(get("stream")).isEqualTo(content);
    assertThat(requests("PUT .*partNumber=.*")).hasSize(3);
  }

  /** Everything that is safe to repeat, over and over; how many calls it were. */
  private int work(int rounds) throws Exception {
    for (int i = 0; i < rounds; i++) {
      String key = "k" + i % 5;
      put(key, bytes(2000 + i % 5));
      assertThat(get(key)).isEqualTo(bytes(2000 + i % 5));
      assertThat(size(key)).isEqualTo(2000 + i % 5);
      assertThat(list()).contains(key);
      remove(key);
    }
    return rounds * 5;
  }

  @Test
  void nothingFailsWhileANodeIsKilledAndComesBack() throws Exception {
    work(4);
    NodeProxy victim = servers.nodes().get(0);
    CompletableFuture<Void> faults =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 3; i++) {
                victim.kill();
                await().atMost(Duration.ofSeconds(20)).until(() -> state(victim) == NodeState.DOWN);
                victim.pass();
                await().atMost(Duration.ofSeconds(20)).until(() -> state(victim) == NodeState.UP);
              }
            });
    int calls = 0;
    while (!faults.isDone()) {
      calls += work(1);
    }
    faults.get();
    assertThat(calls).isGreaterThan(20);
  }

  private NodeState state(NodeProxy node) {
    return Clusters.node(cluster, node.url()).state();
  }

  @Test
  void nothingFailsWhileANodeHangs() throws Exception {
    work(4);
    NodeProxy victim = servers.nodes().get(2);
    victim.hang();
    long began = System.nanoTime();
    work(8);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
    assertThat(state(victim)).isEqualTo(NodeState.DOWN);
  }

  /** Whichever node gets the first such request. */
  private static Predicate<String> once(String regex) {
    AtomicBoolean met = new AtomicBoolean();
    return line -> line.matches(regex) && met.compareAndSet(false, true);
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, false", "GET, false", "HEAD, false", "DELETE, false",
    "PUT, true", "GET, true", "HEAD, true", "DELETE, true",
  })
  void aLostAnswerIsAskedForAgain(String method, boolean nodeDies) throws Exception {
    put("k", bytes(100));
    servers.nodes().forEach(node -> node.requests().clear());
    String object = method + " /" + bucket + "/k .*";
    Predicate<String> first = once(object);
    for (NodeProxy node : servers.nodes()) {
      if (nodeDies) {
        node.dieOf(first);
      } else {
        node.loseAnswerTo(first);
      }
    }
    switch (method) {
      case "PUT" -> put("k", bytes(200));
      case "GET" -> assertThat(get("k")).isEqualTo(bytes(100));
      case "HEAD" -> assertThat(size("k")).isEqualTo(100);
      default -> remove("k");
    }
    assertThat(requests(object)).hasSize(2);
    assertThat(cluster.snapshot().failovers()).isGreaterThanOrEqualTo(nodeDies ? 1 : 0);
    assertThat(list()).hasSize(method.equals("DELETE") ? 0 : 1);
  }

  /** It would begin a second upload, and nobody would know of the first. */
  @Test
  void anUploadIsNotBegunTwice() {
    Predicate<String> first = once("POST .*[?]uploads.*");
    servers.nodes().forEach(node -> node.loseAnswerTo(first));
    assertThatThrownBy(
            () ->
                minio.putObject(
                    PutObjectArgs.builder().bucket(bucket).object("k").stream(
                            new ByteArrayInputStream(bytes(PART + 1)), -1L, (long) PART)
                        .build()))
        .hasRootCauseInstanceOf(EOFException.class);
    assertThat(requests("POST .*[?]uploads.*")).hasSize(1);
  }

  @Test
  void aDrainedNodeGetsNothing() throws Exception {
    NodeProxy drained = servers.nodes().get(0);
    cluster.drain(drained.url().substring("http://".length()));
    work(3);
    assertThat(drained.requests()).noneMatch(line -> line.contains(bucket));
  }

  @Test
  void whereAllAreDownItSaysSo() {
    servers.nodes().forEach(NodeProxy::kill);
    assertThatThrownBy(() -> get("k")).hasRootCauseInstanceOf(NoNodeAvailableException.class);
  }

  @Test
  void theAsynchronousClient() throws Exception {
    MinioAsyncClient async =
        MinioAsyncClient.builder()
            .endpoint(LOGICAL)
            .region("us-east-1")
            .credentials(S3Servers.ACCESS_KEY, S3Servers.SECRET_KEY)
            .httpClient(http)
            .build();
    List<CompletableFuture<?>> puts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      puts.add(
          async.putObject(
              PutObjectArgs.builder().bucket(bucket).object("k" + i).stream(
                      new ByteArrayInputStream(bytes(1000)), 1000L, -1L)
                  .build()));
    }
    for (CompletableFuture<?> put : puts) {
      put.get(20, TimeUnit.SECONDS);
    }
    assertThat(list()).hasSize(20);
  }
}
