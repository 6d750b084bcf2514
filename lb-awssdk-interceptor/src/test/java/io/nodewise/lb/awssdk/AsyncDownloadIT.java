package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.DownloadResume;
import io.nodewise.lb.retry.Timeouts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;

/** Downloads of an asynchronous client that go on at another node. */
class AsyncDownloadIT extends OnAsyncNodes {
  private static final int SIZE = 1_000_000;
  private static final int BREAK = 300_000;

  /** The ways an application reads an object. */
  enum Reader {
    BYTES {
      @Override
      byte[] read(S3AsyncClient s3, GetObjectRequest get) {
        return got(s3.getObject(get, AsyncResponseTransformer.toBytes())).asByteArray();
      }
    },
    FILE {
      @Override
      byte[] read(S3AsyncClient s3, GetObjectRequest get) throws IOException {
        Path directory = Files.createTempDirectory("download");
        Path file = directory.resolve("k");
        try {
          got(s3.getObject(get, file));
          return Files.readAllBytes(file);
        } finally {
          Files.deleteIfExists(file);
          Files.delete(directory);
        }
      }
    },
    STREAM {
      @Override
      byte[] read(S3AsyncClient s3, GetObjectRequest get) throws IOException {
        try (InputStream body =
            got(s3.getObject(get, AsyncResponseTransformer.toBlockingInputStream()))) {
          return body.readAllBytes();
        }
      }
    },
    PUBLISHER {
      @Override
      byte[] read(S3AsyncClient s3, GetObjectRequest get) throws Exception {
        OneByOne reader = new OneByOne();
        got(s3.getObject(get, AsyncResponseTransformer.toPublisher())).subscribe(reader);
        assertThat(reader.readAll()).isEqualTo("complete");
        return reader.content();
      }
    };

    abstract byte[] read(S3AsyncClient s3, GetObjectRequest get) throws Exception;
  }

  private static Stream<Arguments> brokenReaders() {
    List<Fault> faults =
        List.of(Fault.resetReply(BREAK), Fault.cutReply(BREAK), Fault.stallReply(BREAK));
    return Arrays.stream(Http.values())
        .flatMap(
            http ->
                Arrays.stream(Reader.values())
                    .flatMap(
                        reader ->
                            faults.stream()
                                .map(fault -> Arguments.of(http, reader, fault.kind(), fault))));
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
    return GetObjectRequest.builder().bucket(bucket).key("k").checksumMode(ChecksumMode.ENABLED);
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("brokenReaders")
  void nobodyNoticesABreak(Http http, Reader reader, Fault.Kind kind, Fault fault)
      throws Exception {
    LoadBalancer cluster = impatient(DownloadResume.defaults());
    S3AsyncClient s3 = client(cluster, http);
    put(s3, "k", bytes(SIZE));
    nodes.onceAnywhere(fault.on("GET"));

    assertThat(reader.read(s3, object().build())).isEqualTo(bytes(SIZE));

    assertThat(nodes.count("GET")).isEqualTo(2);
    assertThat(cluster.snapshot().resumes()).isEqualTo(1);
    assertThat(faults(cluster)).isEqualTo(1);
    assertIdle(cluster);
  }

  @ParameterizedTest
  @EnumSource
  void aRangeGoesOnToo(Http http) {
    LoadBalancer cluster = impatient(DownloadResume.defaults());
    S3AsyncClient s3 = client(cluster, http);
    put(s3, "k", bytes(SIZE));
    nodes.onceAnywhere(Fault.resetReply(BREAK).on("GET"));

    byte[] got =
        got(s3.getObject(
                object().checksumMode((ChecksumMode) null).range("bytes=100000-899999").build(),
                AsyncResponseTransformer.toBytes()))
            .asByteArray();

    assertThat(got).isEqualTo(Arrays.copyOfRange(bytes(SIZE), 100_000, 900_000));
    assertThat(cluster.snapshot().resumes()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void nobodyHasTheRest(Http http) {
    LoadBalancer cluster =
        impatient(DownloadResume.builder().within(Duration.ofMillis(600)).build());
    S3AsyncClient s3 =
        track(
            builder(cluster, http)
                .overrideConfiguration(o -> o.retryStrategy(retry -> retry.maxAttempts(1))));
    put(s3, "k", bytes(SIZE));
    nodes.onceAnywhere(Fault.resetReply(BREAK).on("GET"));
    nodes.always(Fault.answerInstead(500, "").on(request -> request.header("Range").isPresent()));

    assertThatThrownBy(
            () -> got(s3.getObject(object().build(), AsyncResponseTransformer.toBytes())))
        .hasStackTraceContaining("node 127.0.0.1");
    assertIdle(cluster);
    assertThat(cluster.snapshot().resumes()).isGreaterThan(2);
  }

  @ParameterizedTest
  @EnumSource
  void withoutResumptionItFailsOnce(Http http) throws Exception {
    LoadBalancer cluster = impatient(DownloadResume.off());
    S3AsyncClient s3 = client(cluster, http);
    put(s3, "k", bytes(SIZE));
    nodes.onceAnywhere(Fault.cutReply(BREAK).on("GET"));

    OneByOne reader = new OneByOne();
    got(s3.getObject(object().build(), AsyncResponseTransformer.toPublisher())).subscribe(reader);
    assertThat(reader.readAll()).isEqualTo("error");
    assertThat(reader.failure()).hasStackTraceContaining("node 127.0.0.1");
    assertIdle(cluster);
  }

  /** Nobody reads ahead of who asks for one buffer, and who asks for none is no fault of a node. */
  @ParameterizedTest
  @EnumSource
  void slowReaderIsNotCharged(Http http) throws Exception {
    LoadBalancer cluster = impatient(DownloadResume.defaults());
    S3AsyncClient s3 = client(cluster, http);
    byte[] content = bytes(16 << 20);
    put(s3, "k", content);

    OneByOne reader = new OneByOne();
    got(s3.getObject(object().build(), AsyncResponseTransformer.toPublisher())).subscribe(reader);
    assertThat(reader.one()).isEqualTo("next");
    await("parked")
        .atMost(Duration.ofSeconds(10))
        .until(() -> cluster.snapshot().nodes().stream().mapToInt(NodeSnapshot::parked).sum() == 1);
    assertThat(reader.waiting()).as("asked for one").isZero();
    assertThat(reader.readAll()).isEqualTo("complete");

    assertThat(reader.content()).isEqualTo(content);
    assertThat(faults(cluster)).isZero();
    assertThat(cluster.snapshot().resumes()).isZero();
    assertIdle(cluster);
  }

  @ParameterizedTest
  @EnumSource
  void whoCancelsFreesAttemptAndConnection(Http http) throws Exception {
    LoadBalancer cluster = impatient(DownloadResume.defaults());
    S3AsyncClient s3 = client(cluster, http);
    put(s3, "k", bytes(16 << 20));
    int before = nodes.all().stream().mapToInt(node -> node.connections()).sum();

    OneByOne reader = new OneByOne();
    got(s3.getObject(object().build(), AsyncResponseTransformer.toPublisher())).subscribe(reader);
    assertThat(reader.one()).isEqualTo("next");
    assertThat(cluster.snapshot().inFlight()).isEqualTo(1);
    reader.cancel();

    idle(cluster);
    await("connections")
        .until(() -> nodes.all().stream().mapToInt(node -> node.connections()).sum() <= before);
    assertThat(faults(cluster)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void cancelledDownloadToAFileLeavesNoFile(Http http) throws Exception {
    LoadBalancer cluster = impatient(DownloadResume.defaults());
    S3AsyncClient s3 = client(cluster, http);
    put(s3, "k", bytes(16 << 20));
    nodes.always(Fault.slowReply(200_000).on("GET"));
    Path directory = Files.createTempDirectory("download");
    Path file = directory.resolve("k");

    var download = s3.getObject(object().build(), file);
    await().until(() -> Files.exists(file) && Files.size(file) > 0);
    download.cancel(true);

    idle(cluster);
    await("the half of a file is deleted").until(() -> !Files.exists(file));
    Files.delete(directory);
    assertThat(faults(cluster)).isZero();
  }
}
