package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.Timeouts;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A PUT on a condition, whose first try was carried out and made the condition false. */
class ConditionalPutIT extends OnS3Nodes {

  private LoadBalancer cluster;
  private S3Client s3;

  private void start() {
    cluster = unprobed(4);
    s3 = client(cluster);
  }

  @Test
  void conditionalPutThatWasOurs() {
    start();
    String tag = s3.putObject(p -> p.bucket(bucket).key("same"), body(5000)).eTag();
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));

    PutObjectResponse response =
        s3.putObject(put -> put.bucket(bucket).key("k").ifNoneMatch("*"), body(5000));

    assertThat(response.eTag()).isEqualTo(tag);
    assertThat(nodes.count("PUT")).isEqualTo(3);
    assertThat(get(s3, "k")).isEqualTo(bytes(5000));
  }

  /** Of a file or a stream the content is read once more, to compare it. */
  @Test
  void conditionalPutOfALargeBodyThatWasOurs() {
    start();
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));
    RequestBody body =
        RequestBody.fromInputStream(new ByteArrayInputStream(bytes(6 << 20)), 6 << 20);

    s3.putObject(put -> put.bucket(bucket).key("k").ifNoneMatch("*"), body);

    assertThat(get(s3, "k")).isEqualTo(bytes(6 << 20));
  }

  @Test
  void conditionalPutThatAnotherWon() {
    start();
    put(s3, "k", bytes(77));
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));

    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(
            () -> s3.putObject(put -> put.bucket(bucket).key("k").ifNoneMatch("*"), body(5000)))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(412));
    assertThat(get(s3, "k")).isEqualTo(bytes(77));
    assertThat(nodes.count("PUT")).isEqualTo(3);
  }

  /** Without a lost reply a 412 is what it says, even where the content is the same. */
  @Test
  void conditionalPutOfWhatIsThereAlready() {
    start();
    put(s3, "k", bytes(5000));

    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(
            () -> s3.putObject(put -> put.bucket(bucket).key("k").ifNoneMatch("*"), body(5000)))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(412));
    assertThat(nodes.count("HEAD")).isZero();
  }

  @Test
  void ifMatchPutThatWasOurs() {
    start();
    String before = s3.putObject(p -> p.bucket(bucket).key("k"), body(10)).eTag();
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));

    s3.putObject(put -> put.bucket(bucket).key("k").ifMatch(before), body(5000));

    assertThat(get(s3, "k")).isEqualTo(bytes(5000));
  }

  @Test
  void conditionalPutThatWasOursBeforeAnAttemptTimeout() {
    cluster = unprobed(4);
    s3 =
        track(
            builder(cluster)
                .overrideConfiguration(o -> o.apiCallAttemptTimeout(Duration.ofMillis(700))));
    nodes.onceAnywhere(Fault.delayReply(5_000).on("PUT"));

    s3.putObject(put -> put.bucket(bucket).key("k").ifNoneMatch("*"), body(5000));

    assertThat(nodes.count("PUT")).isEqualTo(2);
    assertThat(get(s3, "k")).isEqualTo(bytes(5000));
    assertThat(faults(cluster)).as("the caller's time-out is not the node's fault").isZero();
  }

  /** No client asks for the bytes of an empty body, which proves nothing about the rest of it. */
  @Test
  void conditionalPutOfNothingThatWasOursAndWhoseReplyIsLate() {
    cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .healthCheck(HealthCheck.none())
                .timeouts(
                    Timeouts.builder()
                        .suspicion(Duration.ofMillis(200))
                        .firstByte(Duration.ofMillis(500))
                        .sendStall(Duration.ofMillis(500))
                        .build()));
    s3 =
        track(
            builder(cluster)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .serviceConfiguration(service -> service.chunkedEncodingEnabled(false)));
    nodes.onceAnywhere(Fault.delayReply(60_000).on("PUT"));

    s3.putObject(put -> put.bucket(bucket).key("k").ifNoneMatch("*"), RequestBody.empty());

    assertThat(nodes.count("PUT")).isEqualTo(2);
    assertThat(nodes.requests())
        .filteredOn(request -> request.method().equals("PUT"))
        .allSatisfy(put -> assertThat(put.header("Content-Length")).hasValue("0"));
    assertThat(get(s3, "k")).isEmpty();
  }

  private static RequestBody body(int size) {
    return RequestBody.fromBytes(bytes(size));
  }
}
