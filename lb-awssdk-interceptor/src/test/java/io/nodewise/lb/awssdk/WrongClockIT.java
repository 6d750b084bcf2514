package io.nodewise.lb.awssdk;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.RawServer;
import io.nodewise.lb.awssdk.nodes.Request;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.routing.BalancingPolicy;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkGlobalTime;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A node whose clock is wrong must not set ours, by which the requests to all others are signed.
 */
class WrongClockIT extends OnOddNodes {
  private static final DateTimeFormatter SIGNED =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");

  /** New clients begin with what others of the same JVM have learned. */
  @AfterEach
  void setRight() {
    SdkGlobalTime.setGlobalTimeOffset(0);
  }

  private static void anHourAhead() {
    Instant wrong = Instant.now().plusSeconds(3600);
    answer(
        error(403, "RequestTimeTooSkewed")
            .withHeader(
                "Date",
                DateTimeFormatter.RFC_1123_DATE_TIME.format(wrong.atOffset(ZoneOffset.UTC))));
  }

  @Test
  void theOthersGoOnAsBefore() {
    LoadBalancer cluster = cluster(1, 3, BalancingPolicy.roundRobin());
    S3Client s3 = client(cluster);
    anHourAhead();
    String wrong = odd(cluster).node().id();
    cluster.drain(wrong);
    put(s3, "k", bytes(100)); // which a node with the right time takes
    cluster.resume(wrong);

    for (int i = 0; i < 20; i++) {
      assertThat(get(s3, "k")).hasSize(100);
    }

    assertThat(asked()).isPositive();
    assertThat(faults(cluster)).as(() -> cluster.snapshot().toTable()).isZero();
    assertThat(offsets())
        .allSatisfy(offset -> assertThat(offset).isLessThan(Duration.ofMinutes(1)));
  }

  /** How far from now the requests to the good nodes were signed. */
  private List<Duration> offsets() {
    return nodes.requests().stream()
        .map(request -> request.header("X-Amz-Date").orElseThrow())
        .map(date -> LocalDateTime.parse(date, SIGNED).toInstant(ZoneOffset.UTC))
        .map(signed -> Duration.between(signed, Instant.now()).abs())
        .toList();
  }

  /** Then it is ours that is wrong, and the SDK's to set right. */
  @Test
  void whatAllNodesSayIsTheSdksToHear() {
    LoadBalancer cluster = cluster(4, 0);
    S3Client s3 = client(cluster);
    anHourAhead();

    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> get(s3, "k"))
        .satisfies(
            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("RequestTimeTooSkewed"));

    assertThat(faults(cluster)).isZero();
    assertThat(SdkGlobalTime.getGlobalTimeOffset()).as("seconds").isLessThan(-3000);
  }

  /** Even if they took it a moment ago, and the SDK can't set it right. */
  @Test
  void whatAllNodesSayAllAtOnceIsNobodysFault() {
    LoadBalancer cluster = cluster(4, 0);
    S3Client s3 = client(cluster);
    answer(aResponse().withBody("content"));
    get(s3, "k");
    answer(error(403, "RequestTimeTooSkewed")); // with our own time

    for (int i = 0; i < 3; i++) {
      assertThatExceptionOfType(S3Exception.class).isThrownBy(() -> get(s3, "k"));
    }

    assertThat(faults(cluster)).as(() -> cluster.snapshot().toTable()).isZero();
  }

  /** As of a virtual machine that goes on after a pause. */
  @Test
  void ourClockSteps() {
    AtomicLong ahead = new AtomicLong();
    List<RawServer> servers =
        Stream.generate(() -> new RawServer((request, to) -> answer(request, to, ahead.get())))
            .limit(10)
            .toList();
    try {
      LoadBalancer cluster =
          track(
              LoadBalancer.builder()
                  .nodes(servers.stream().map(RawServer::url).toArray(String[]::new))
                  .policy(BalancingPolicy.roundRobin())
                  .healthCheck(HealthCheck.none()));
      S3Client s3 = client(cluster);
      s3.listObjectsV2(list -> list.bucket(bucket));
      ahead.set(3600);

      for (int i = 0; i < 20; i++) {
        s3.listObjectsV2(list -> list.bucket(bucket));
      }

      assertThat(faults(cluster)).as(() -> cluster.snapshot().toTable()).isZero();
      int sent = servers.stream().mapToInt(server -> server.requests().size()).sum();
      assertThat(sent).as("one node turned away, and one heard").isEqualTo(21 + 2);
    } finally {
      servers.forEach(RawServer::close);
    }
  }

  /** Of a server whose clock is so many seconds ahead. */
  private static void answer(Request request, Socket connection, long ahead) throws IOException {
    Instant now = Instant.now().plusSeconds(ahead);
    Instant signed =
        LocalDateTime.parse(request.header("X-Amz-Date").orElseThrow(), SIGNED)
            .toInstant(ZoneOffset.UTC);
    boolean isSkewed = Duration.between(signed, now).abs().toMinutes() > 15;
    String body =
        isSkewed
            ? "<Error><Code>RequestTimeTooSkewed</Code></Error>"
            : "<ListBucketResult></ListBucketResult>";
    RawServer.say(
        connection,
        "HTTP/1.1 %s x\r\nConnection: close\r\nDate: %s\r\nContent-Length: %s\r\n\r\n%s"
            .formatted(
                isSkewed ? 403 : 200,
                DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atOffset(ZoneOffset.UTC)),
                body.length(),
                body));
  }
}
