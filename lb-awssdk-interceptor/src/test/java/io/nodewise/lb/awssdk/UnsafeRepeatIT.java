package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.UnsafeRepeats;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What is done with requests that it is not safe to send again, as the user says. */
class UnsafeRepeatIT extends OnS3Nodes {

  private LoadBalancer cluster(UnsafeRepeats unsafe) {
    return track(
        LoadBalancer.builder()
            .nodes(nodes.urls())
            .healthCheck(HealthCheck.none())
            .unsafeRepeats(unsafe));
  }

  private void putIf(S3Client s3, Consumer<PutObjectRequest.Builder> more) {
    s3.putObject(
        put -> {
          put.bucket(bucket).key("k").ifNoneMatch("*");
          more.accept(put);
        },
        RequestBody.fromBytes(bytes(1000)));
  }

  @Test
  void confirmed() {
    S3Client s3 = client(cluster(UnsafeRepeats.CONFIRM));
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));

    putIf(s3, put -> {});

    assertThat(nodes.count("PUT")).isEqualTo(2);
    assertThat(nodes.count("HEAD")).isEqualTo(1);
  }

  @Test
  void refused() {
    LoadBalancer cluster = cluster(UnsafeRepeats.REFUSE);
    S3Client s3 = client(cluster);
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));

    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(() -> putIf(s3, put -> {}))
        .withMessageContaining("node 127.0.0.1")
        .withMessageContaining("PutObject is not sent again")
        .withMessageContaining("REFUSE");

    assertThat(nodes.count("PUT")).isEqualTo(1);
    assertThat(nodes.count("HEAD")).isZero();
    assertIdle(cluster);
    assertThat(get(s3, "k")).as("it had been carried out").isEqualTo(bytes(1000));
  }

  /** False, and as with the SDK alone. */
  @Test
  void allowed() {
    S3Client s3 = client(cluster(UnsafeRepeats.ALLOW));
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));

    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> putIf(s3, put -> {}))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(412));

    assertThat(nodes.count("PUT")).isEqualTo(2);
    assertThat(nodes.count("HEAD")).isZero();
  }

  @Test
  void appendIsTheUsersRiskIfAllowed() {
    S3Client s3 = client(cluster(UnsafeRepeats.ALLOW));
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));

    putIf(s3, put -> put.ifNoneMatch(null).writeOffsetBytes(0L));

    assertThat(nodes.count("PUT")).isEqualTo(2);
  }

  @Test
  void appendSaysWhyItIsNotRepeated() {
    S3Client s3 = client(cluster(UnsafeRepeats.CONFIRM));
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));

    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(() -> putIf(s3, put -> put.ifNoneMatch(null).writeOffsetBytes(0L)))
        .withMessageContaining("a second time would do harm");

    assertThat(nodes.count("PUT")).isEqualTo(1);
  }

  @Test
  void aRequestHasTheLastWord() {
    S3Client s3 = client(cluster(UnsafeRepeats.ALLOW));
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));

    assertThatThrownBy(
            () ->
                putIf(
                    s3,
                    put ->
                        put.overrideConfiguration(
                            o ->
                                o.putExecutionAttribute(
                                    LoadBalancedS3.UNSAFE_REPEATS, UnsafeRepeats.REFUSE))))
        .hasMessageContaining("REFUSE");

    assertThat(nodes.count("PUT")).isEqualTo(1);
  }

  /** Whatever is said of unsafe ones. */
  @ParameterizedTest
  @EnumSource(UnsafeRepeats.class)
  void safeOnesAreRepeated(UnsafeRepeats unsafe) {
    S3Client s3 = client(cluster(unsafe));
    nodes.onceAnywhere(Fault.loseReply());
    put(s3, "k", bytes(10));
    nodes.onceAnywhere(Fault.loseReply());
    assertThat(get(s3, "k")).hasSize(10);
    nodes.onceAnywhere(Fault.loseReply());
    s3.deleteObject(delete -> delete.bucket(bucket).key("k"));

    assertThat(nodes.requests()).hasSize(6);
  }

  /** Nobody can have carried it out. */
  @Test
  void whatWasNeverSentGoesOn() {
    S3Client s3 = client(cluster(UnsafeRepeats.REFUSE));
    nodes.get(0).kill();
    nodes.get(1).kill();
    nodes.get(2).kill();

    putIf(s3, put -> {});

    assertThat(nodes.count("PUT")).isEqualTo(1);
  }

  /** Calls that are unsafe to repeat, each of another kind. */
  static final List<Consumer<S3Client>> UNSAFE =
      List.of(
          s3 -> s3.createMultipartUpload(create -> create.bucket("bucket").key("k")),
          s3 -> s3.createBucket(create -> create.bucket("bucket")),
          s3 -> s3.deleteBucket(delete -> delete.bucket("bucket")),
          s3 -> s3.abortMultipartUpload(abort -> abort.bucket("bucket").key("k").uploadId("i")),
          s3 -> s3.deleteObject(delete -> delete.bucket("bucket").key("k").versionId("v")));

  @ParameterizedTest
  @FieldSource("UNSAFE")
  void refusedOfAnyKind(Consumer<S3Client> call) {
    S3Client s3 = client(cluster(UnsafeRepeats.REFUSE));
    nodes.always(Fault.loseReply());

    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(() -> call.accept(s3))
        .withMessageContaining("is not sent again");

    assertThat(nodes.requests()).hasSize(1);
  }
}
