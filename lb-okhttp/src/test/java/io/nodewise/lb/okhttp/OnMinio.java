package io.nodewise.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.minio.GetObjectArgs;
import io.minio.ListObjectsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.Result;
import io.minio.StatObjectArgs;
import io.minio.messages.Item;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** minio-java over three real servers that verify signatures, and what is left after a test. */
@Timeout(120)
abstract class OnMinio {
  static final String LOGICAL = "http://s3.local:9000";
  static final int PART = 5 << 20;
  private static final AtomicInteger BUCKETS = new AtomicInteger();
  static S3Servers servers;

  final String bucket = "bucket" + BUCKETS.incrementAndGet();
  OkHttpClient http;
  LoadBalancer cluster;
  MinioClient minio;

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

  MinioClient client(String secret) {
    return MinioClient.builder()
        .endpoint(LOGICAL)
        .region("us-east-1")
        .credentials(S3Servers.ACCESS_KEY, secret)
        .httpClient(http)
        .build();
  }

  static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  void put(String key, byte[] content) throws Exception {
    minio.putObject(
        PutObjectArgs.builder().bucket(bucket).object(key).stream(
                new ByteArrayInputStream(content), (long) content.length, -1L)
            .build());
  }

  byte[] get(String key) throws Exception {
    try (InputStream content =
        minio.getObject(GetObjectArgs.builder().bucket(bucket).object(key).build())) {
      return content.readAllBytes();
    }
  }

  long size(String key) throws Exception {
    return minio.statObject(StatObjectArgs.builder().bucket(bucket).object(key).build()).size();
  }

  void remove(String key) throws Exception {
    minio.removeObject(RemoveObjectArgs.builder().bucket(bucket).object(key).build());
  }

  List<String> list() throws Exception {
    List<String> keys = new ArrayList<>();
    for (Result<Item> item :
        minio.listObjects(ListObjectsArgs.builder().bucket(bucket).recursive(true).build())) {
      keys.add(item.get().objectName());
    }
    return keys;
  }

  List<String> requests(String regex) {
    return servers.nodes().stream()
        .flatMap(node -> node.requests().stream())
        .filter(line -> line.matches(regex))
        .toList();
  }
}
