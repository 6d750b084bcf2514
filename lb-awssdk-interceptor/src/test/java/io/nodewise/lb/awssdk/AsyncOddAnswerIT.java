package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.RawServer;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.health.HealthCheck;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumMode;

/** Answers to an asynchronous client that are not what they seem, and the client's own end. */
class AsyncOddAnswerIT extends OnAsyncNodes {
  private static final String BEGINNING = "a".repeat(30_000);
  private static final String REST = "b".repeat(30_000);

  private static String crc32(String content) {
    CRC32 crc = new CRC32();
    crc.update(content.getBytes(StandardCharsets.ISO_8859_1));
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  /** The beginning of an object, said to be all of it; who asks for the rest gets that. */
  private static RawServer inTwoPieces(String rest) {
    return new RawServer(
        (request, connection) -> {
          if (request.header("Range").isPresent()) {
            RawServer.say(
                connection,
                "HTTP/1.1 206 Partial Content\r\nETag: \"tag\"\r\nContent-Length: 30000\r\n"
                    + "Content-Range: bytes 30000-59999/60000\r\nConnection: close\r\n\r\n"
                    + rest);
          } else {
            RawServer.say(
                connection,
                "HTTP/1.1 200 OK\r\nETag: \"tag\"\r\nContent-Length: 60000\r\n"
                    + "x-amz-checksum-crc32: "
                    + crc32(BEGINNING + REST)
                    + "\r\nx-amz-checksum-type: FULL_OBJECT\r\n\r\n"
                    + BEGINNING);
          }
        });
  }

  private LoadBalancer over(RawServer one, RawServer other) {
    return track(
        LoadBalancer.builder().nodes(one.url(), other.url()).healthCheck(HealthCheck.none()));
  }

  private byte[] checked(S3AsyncClient s3) {
    return got(s3.getObject(
            get -> get.bucket(bucket).key("k").checksumMode(ChecksumMode.ENABLED),
            AsyncResponseTransformer.toBytes()))
        .asByteArray();
  }

  @ParameterizedTest
  @EnumSource
  void joinedBytesPassTheCheckAndAFlippedOneFailsIt(Http http) {
    try (RawServer one = inTwoPieces(REST);
        RawServer other = inTwoPieces(REST)) {
      LoadBalancer cluster = over(one, other);
      assertThat(checked(client(cluster, http)))
          .isEqualTo((BEGINNING + REST).getBytes(StandardCharsets.ISO_8859_1));
      assertThat(cluster.snapshot().resumes()).isEqualTo(1);
    }
    String flipped = REST.substring(1) + "c";
    try (RawServer one = inTwoPieces(flipped);
        RawServer other = inTwoPieces(flipped)) {
      LoadBalancer cluster = over(one, other);
      S3AsyncClient s3 = client(cluster, http);
      assertThatThrownBy(() -> checked(s3)).hasStackTraceContaining("checksum");
      idle(cluster);
    }
  }

  /** Half a list and half an upload's answer are none: the next node is asked. */
  @ParameterizedTest
  @EnumSource
  void aDocumentThatBreaksOffIsNone(Http http) {
    LoadBalancer cluster = unprobed(4);
    S3AsyncClient s3 = client(cluster, http);
    put(s3, "k", bytes(10));
    nodes.onceAnywhere(Fault.cutBody(100).on("GET"));

    assertThat(got(s3.listObjectsV2(list -> list.bucket(bucket))).contents()).hasSize(1);
    assertThat(faults(cluster)).isEqualTo(1);
    assertIdle(cluster);
  }

  /** Of which the SDK itself makes an exception without a status, or an endless wait. */
  @ParameterizedTest
  @EnumSource
  void anErrorInTheBodyOfASuccess(Http http) {
    LoadBalancer cluster = unprobed(4);
    S3AsyncClient s3 = client(cluster, http);
    put(s3, "k", bytes(10));
    nodes.onceAnywhere(Fault.answerInstead(200, Fault.error("InternalError")).on("PUT"));

    got(
        s3.copyObject(
            copy ->
                copy.sourceBucket(bucket)
                    .sourceKey("k")
                    .destinationBucket(bucket)
                    .destinationKey("copy")));
    assertThat(get(s3, "copy")).isEqualTo(bytes(10));
    assertThat(faults(cluster)).isEqualTo(1);
    assertIdle(cluster);
  }

  /** With the event loops that the client makes for itself. */
  @Test
  void closingLeavesNoThreadAndEndsWhatIsUnderWay() {
    LoadBalancer cluster = unprobed(4);
    int before = threads("aws-java-sdk-NettyEventLoop").size();
    S3AsyncClient s3 =
        LoadBalancedS3.asyncBuilder(cluster).credentialsProvider(S3Nodes.CREDENTIALS).build();
    put(s3, "k", bytes(5000));
    assertThat(threads("aws-java-sdk-NettyEventLoop")).hasSizeGreaterThan(before);
    nodes.always(Fault.stallReply(0));
    List<CompletableFuture<?>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(s3.headObject(head -> head.bucket(bucket).key("k")));
    }
    await().until(() -> nodes.all().stream().mapToInt(node -> node.struck().size()).sum() == 4);

    s3.close();

    assertThat(cluster.snapshot().inFlight()).isZero();
    assertThat(all).allSatisfy(one -> assertThatThrownBy(() -> got(one)).isNotNull());
    assertThat(faults(cluster)).isZero();
    nodes.forgetFaults();
    await("threads of Netty and of ours")
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                threads("nodewise-async").isEmpty()
                    && threads("sdk-async").isEmpty()
                    && threads("aws-java-sdk-NettyEventLoop").size() <= before);
  }
}
