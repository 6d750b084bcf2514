package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.Request;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.DownloadResume;
import io.nodewise.lb.retry.Timeouts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Downloads that go on at another node. */
class DownloadResumeIT extends OnS3Nodes {
  private static final int SIZE = 1_000_000;
  private static final int BREAK = 300_000;

  /** The ways an application reads an object. */
  enum Reader {
    BYTES {
      @Override
      byte[] read(S3Client s3, GetObjectRequest get) {
        return s3.getObjectAsBytes(get).asByteArray();
      }
    },
    FILE {
      @Override
      byte[] read(S3Client s3, GetObjectRequest get) throws IOException {
        Path directory = Files.createTempDirectory("download");
        Path file = directory.resolve("k");
        try {
          s3.getObject(get, file);
          return Files.readAllBytes(file);
        } finally {
          Files.deleteIfExists(file);
          Files.delete(directory);
        }
      }
    },
    STREAM {
      @Override
      byte[] read(S3Client s3, GetObjectRequest get) throws IOException {
        try (InputStream body = s3.getObject(get)) {
          return body.readAllBytes();
        }
      }
    },
    OUTPUT_STREAM {
      @Override
      byte[] read(S3Client s3, GetObjectRequest get) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        s3.getObject(get, ResponseTransformer.toOutputStream(out));
        return out.toByteArray();
      }
    };

    abstract byte[] read(S3Client s3, GetObjectRequest get) throws IOException;
  }

  private static Stream<Arguments> brokenReaders() {
    List<Fault> faults =
        List.of(Fault.resetReply(BREAK), Fault.cutReply(BREAK), Fault.stallReply(BREAK));
    return Arrays.stream(Reader.values())
        .flatMap(
            reader ->
                faults.stream()
                    .flatMap(
                        fault ->
                            Stream.of(
                                Arguments.of(reader, fault.kind(), fault, HttpClients.apache()),
                                Arguments.of(
                                    reader, fault.kind(), fault, Apache5HttpClient.builder()))));
  }

  /** A node that sends nothing for a third of a second has stalled. */
  private LoadBalancer impatient(DownloadResume resume) {
    return track(
        LoadBalancer.builder()
            .nodes(nodes.urls())
            .healthCheck(HealthCheck.none())
            .timeouts(
                Timeouts.builder()
                    .suspicion(Duration.ofMillis(300))
                    .bodyIdle(Duration.ofMillis(400))
                    .build())
            .downloadResume(resume));
  }

  private GetObjectRequest.Builder object() {
    return GetObjectRequest.builder().bucket(bucket).key("k");
  }

  private static void pass(InputStream body, int count) throws IOException {
    assertThat(body.readNBytes(count)).isEqualTo(Arrays.copyOf(bytes(SIZE), count));
  }

  private List<Request> gets() {
    return nodes.requests().stream().filter(request -> request.method().equals("GET")).toList();
  }

  @ParameterizedTest(name = "{0}, {1}, {3}")
  @MethodSource("brokenReaders")
  void goesOnAtAnotherNode(
      Reader reader, Fault.Kind kind, Fault fault, SdkHttpClient.Builder<?> http) throws Exception {
    LoadBalancer cluster = impatient(DownloadResume.defaults());
    S3Client s3 = track(builder(cluster).httpClientBuilder(http));
    put(s3, "k", bytes(SIZE));
    nodes.onceAnywhere(fault.on("GET"));

    assertThat(reader.read(s3, object().build())).isEqualTo(bytes(SIZE));

    assertThat(gets()).hasSize(2);
    assertThat(nodes.all()).allSatisfy(node -> assertThat(node.count("GET")).isLessThan(2));
    Request rest = gets().stream().filter(r -> r.header("Range").isPresent()).findAny().get();
    assertThat(rest.header("Range").get()).matches("bytes=[1-9]\\d{2,5}-" + (SIZE - 1));
    assertThat(rest.header("If-Match")).isPresent();
    assertThat(cluster.snapshot().resumes()).isEqualTo(1);
    assertThat(faults(cluster)).as("the node that broke off, and only that").isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=1000-899999", "bytes=1000-", "bytes=-900000"})
  void rangesGoOnWithinTheirRange(String range) throws Exception {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(SIZE));
    GetObjectRequest part = object().range(range).build();
    byte[] whole = s3.getObjectAsBytes(part).asByteArray();
    nodes.onceAnywhere(Fault.resetReply(BREAK).on("GET"));

    assertThat(Reader.STREAM.read(s3, part)).isEqualTo(whole);
    assertThat(cluster.snapshot().resumes()).isEqualTo(1);
  }

  @Test
  void whatTheCallerAskedForIsAskedForAgain() throws Exception {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(SIZE));
    String tag = s3.headObject(head -> head.bucket(bucket).key("k")).eTag();
    nodes.onceAnywhere(Fault.cutReply(BREAK).on("GET"));

    GetObjectRequest get =
        object().ifMatch(tag).ifNoneMatch("\"other\"").expectedBucketOwner("1").build();
    assertThat(Reader.STREAM.read(s3, get)).isEqualTo(bytes(SIZE));

    assertThat(gets())
        .hasSize(2)
        .allSatisfy(r -> assertThat(r.header("If-Match")).hasValue(tag))
        .allSatisfy(r -> assertThat(r.header("If-None-Match")).hasValue("\"other\""))
        .allSatisfy(r -> assertThat(r.header("x-amz-expected-bucket-owner")).hasValue("1"));
    assertThat(gets())
        .extracting(r -> r.header("amz-sdk-invocation-id").get())
        .containsOnly(gets().get(0).header("amz-sdk-invocation-id").get());
  }

  @Test
  void aNodeAfterTheOther() throws Exception {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(SIZE));

    nodes.onceAnywhere(Fault.cutReply(200_000).on("GET"));
    nodes.onceAnywhere(Fault.resetReply(300_000).on("GET"));
    nodes.onceAnywhere(Fault.cutReply(0).on("GET"));

    assertThat(Reader.STREAM.read(s3, object().build())).isEqualTo(bytes(SIZE));

    assertThat(cluster.snapshot().resumes()).isEqualTo(3);
    assertThat(nodes.all()).allSatisfy(node -> assertThat(node.count("GET")).isEqualTo(1));
  }

  @Test
  void theWholeClusterIsGoneForAMoment() throws Exception {
    LoadBalancer cluster = cluster();
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(SIZE));
    nodes.onceAnywhere(Fault.stallReply(BREAK).on("GET"));

    try (InputStream body = s3.getObject(object().build())) {
      pass(body, 1000);
      nodes.all().forEach(FaultProxy::kill);
      CompletableFuture<Void> back =
          CompletableFuture.runAsync(
              () -> nodes.all().forEach(FaultProxy::pass),
              CompletableFuture.delayedExecutor(700, TimeUnit.MILLISECONDS));
      assertThat(body.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes(SIZE), 1000, SIZE));
      back.get();
    }
  }

  @Test
  void givesUpInTime() throws Exception {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .healthCheck(quickProbes())
                .downloadResume(DownloadResume.builder().within(Duration.ofMillis(600)).build()));
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(SIZE));
    nodes.onceAnywhere(Fault.stallReply(BREAK).on("GET"));

    try (InputStream body = s3.getObject(object().build())) {
      pass(body, 1000);
      nodes.all().forEach(FaultProxy::kill);
      long took =
          millis(
              () ->
                  assertThatIOException()
                      .isThrownBy(body::readAllBytes)
                      .withMessageContaining("node 127.0.0.1:"));
      assertThat(took).isLessThan(5_000);
    }
    assertIdle(cluster);
  }

  /** Each answer brings a little, for ever. */
  @Test
  void thereIsAnEndToIt() throws Exception {
    LoadBalancer cluster = impatient(DownloadResume.builder().most(5).build());
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(SIZE));
    nodes.always(Fault.cutReply(10_000).on("GET"));

    try (InputStream body = s3.getObject(object().build())) {
      assertThatIOException().isThrownBy(body::readAllBytes);
    }
    assertThat(cluster.snapshot().resumes()).isEqualTo(5);
  }

  @Test
  void anotherObjectIsNeverJoined() throws Exception {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(SIZE));
    nodes.onceAnywhere(Fault.stallReply(BREAK).on("GET"));

    try (InputStream body = s3.getObject(object().build())) {
      pass(body, 1000);
      put(PLAIN, "k", new byte[SIZE]);
      nodes.all().forEach(FaultProxy::resetConnections);
      assertThatIOException()
          .isThrownBy(body::readAllBytes)
          .withMessageContaining("changed or was deleted while it was downloaded")
          .withMessageContaining("/" + bucket + "/k");
    }
    assertIdle(cluster);
  }

  @Test
  void nothingIsLeftOfADeletedObject() throws Exception {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(SIZE));
    nodes.onceAnywhere(Fault.stallReply(BREAK).on("GET"));

    try (InputStream body = s3.getObject(object().build())) {
      pass(body, 1000);
      PLAIN.deleteObject(delete -> delete.bucket(bucket).key("k"));
      nodes.all().forEach(FaultProxy::resetConnections);
      assertThatIOException().isThrownBy(body::readAllBytes).withMessageContaining("deleted");
    }
  }

  @Test
  void switchedOff() throws Exception {
    LoadBalancer cluster = impatient(DownloadResume.off());
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(SIZE));
    nodes.onceAnywhere(Fault.resetReply(BREAK).on("GET"));

    try (InputStream body = s3.getObject(object().build())) {
      assertThatIOException().isThrownBy(body::readAllBytes);
    }
    assertThat(cluster.snapshot().resumes()).isZero();
    assertThat(gets()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void abortEndsTheSearchForAnotherNode(boolean close) throws Exception {
    LoadBalancer cluster = cluster();
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(SIZE));
    nodes.onceAnywhere(Fault.stallReply(BREAK).on("GET"));
    ResponseInputStream<GetObjectResponse> body = s3.getObject(object().build());
    pass(body, 1000);
    nodes.all().forEach(FaultProxy::kill);
    CompletableFuture<Throwable> failure =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                body.readAllBytes();
                return null;
              } catch (IOException e) {
                return e;
              }
            });
    await().until(() -> cluster.snapshot().eligible() == 0);

    long took =
        millis(
            () -> {
              if (close) {
                closed(body);
              } else {
                body.abort();
              }
              assertThat(failure.join()).isInstanceOf(IOException.class);
            });

    assertThat(took).isLessThan(3_000);
    assertIdle(cluster);
  }

  private static void closed(InputStream body) {
    try {
      body.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theCallsTimeOutEndsTheSearchForAnotherNode() throws Exception {
    LoadBalancer cluster = cluster();
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(SIZE));
    nodes.always(Fault.stallReply(BREAK).on("GET"));

    long took =
        millis(
            () ->
                assertThatExceptionOfType(ApiCallTimeoutException.class)
                    .isThrownBy(
                        () ->
                            s3.getObjectAsBytes(
                                object()
                                    .overrideConfiguration(
                                        o -> o.apiCallTimeout(Duration.ofSeconds(1)))
                                    .build())));

    assertThat(took).isBetween(900L, 4_000L);
    assertIdle(cluster);
    assertThat(faults(cluster)).isZero();
  }

  @Test
  void anEmptyObjectAndOneWithoutAFault() throws Exception {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    s3.putObject(put -> put.bucket(bucket).key("k"), RequestBody.empty());
    for (Reader reader : Reader.values()) {
      assertThat(reader.read(s3, object().build())).isEmpty();
    }
    put(s3, "k", bytes(SIZE));
    try (InputStream body = s3.getObject(object().build())) {
      assertThat(body.skip(1000)).isEqualTo(1000);
      assertThat(body.read()).isEqualTo(bytes(SIZE)[1000] & 0xff);
    }
    assertThat(cluster.snapshot().resumes()).isZero();
    assertThat(faults(cluster)).as(cluster.snapshot().toTable()).isZero();
  }
}
