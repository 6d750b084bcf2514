package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.RawServer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.routing.BalancingPolicy;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;

/** A large object in parts, while every one of its requests meets a node that fails. */
class MultipartIT extends OnS3Nodes {
  private static final byte[] PART = bytes(5 << 20);
  private static final byte[] LAST = bytes(1000);

  private LoadBalancer cluster;
  private S3Client s3;

  @BeforeEach
  void start() {
    cluster = unprobed(4);
    s3 = client(cluster);
  }

  static final List<Fault> FAULTS =
      List.of(
          Fault.resetRequest(0),
          Fault.resetRequest(600),
          Fault.loseReply(),
          Fault.resetReply(10),
          Fault.cutReply(0),
          Fault.cutReply(60),
          Fault.cutReply(250),
          Fault.cutReply(400));

  @ParameterizedTest
  @FieldSource("FAULTS")
  void goesOnPartByPart(Fault fault) {
    nodes.onceAnywhere(fault);
    String id = s3.createMultipartUpload(create -> create.bucket(bucket).key("k")).uploadId();
    List<CompletedPart> parts = new ArrayList<>();
    for (int number = 1; number <= 3; number++) {
      nodes.forgetFaults();
      nodes.onceAnywhere(fault);
      parts.add(part(id, number, number < 3 ? PART : LAST));
    }
    nodes.forgetFaults();
    nodes.onceAnywhere(fault.on("POST"));
    complete(id, parts);
    nodes.forgetFaults();

    byte[] whole = Arrays.copyOf(PART, 2 * PART.length + LAST.length);
    System.arraycopy(PART, 0, whole, PART.length, PART.length);
    System.arraycopy(LAST, 0, whole, 2 * PART.length, LAST.length);
    assertThat(get(s3, "k")).isEqualTo(whole);
    assertThat(s3.listMultipartUploads(list -> list.bucket(bucket)).uploads()).isEmpty();
    assertIdle(cluster);
  }

  @ParameterizedTest
  @FieldSource("FAULTS")
  void isAborted(Fault fault) {
    String id = s3.createMultipartUpload(create -> create.bucket(bucket).key("k")).uploadId();
    part(id, 1, LAST);
    nodes.onceAnywhere(fault.on("DELETE"));

    s3.abortMultipartUpload(abort -> abort.bucket(bucket).key("k").uploadId(id));

    assertThat(s3.listMultipartUploads(list -> list.bucket(bucket)).uploads()).isEmpty();
    assertIdle(cluster);
  }

  /** Without a lost reply an answer is what it says, and nothing is asked. */
  @Test
  void completedAndAbortedOnceMoreByTheCaller() {
    String id = s3.createMultipartUpload(create -> create.bucket(bucket).key("k")).uploadId();
    List<CompletedPart> parts = List.of(part(id, 1, LAST));
    complete(id, parts);

    complete(id, parts); // these servers know what they have completed; others say NoSuchUpload
    assertThatExceptionOfType(NoSuchUploadException.class)
        .isThrownBy(
            () -> s3.abortMultipartUpload(abort -> abort.bucket(bucket).key("k").uploadId("none")));

    assertThat(nodes.count("HEAD")).isZero();
    assertThat(get(s3, "k")).isEqualTo(LAST);
  }

  /** Its tag is what it is completed with; it was lost with the end of the head. */
  @Test
  void aPartWithoutATagIsSentAgain() {
    String id = s3.createMultipartUpload(create -> create.bucket(bucket).key("k")).uploadId();
    try (RawServer cut =
        RawServer.saying("HTTP/1.1 200 OK\r\nDate: Fri, 20 Nov 2026 12:00:00 GMT\r\n")) {
      LoadBalancer both =
          track(
              LoadBalancer.builder()
                  .nodes(cut.url(), nodes.get(0).url())
                  .logicalEndpoint(URI.create(nodes.get(0).url()))
                  .policy(BalancingPolicy.roundRobin())
                  .healthCheck(HealthCheck.none()));
      s3 = client(both);

      complete(id, List.of(part(id, 1, PART), part(id, 2, PART), part(id, 3, LAST)));

      assertThat(cut.requests()).isNotEmpty();
    }
  }

  private CompletedPart part(String id, int number, byte[] content) {
    String tag =
        s3.uploadPart(
                upload -> upload.bucket(bucket).key("k").uploadId(id).partNumber(number),
                RequestBody.fromBytes(content))
            .eTag();
    assertThat(tag).as("tag of part %s", number).isNotEmpty();
    return CompletedPart.builder().partNumber(number).eTag(tag).build();
  }

  private void complete(String id, List<CompletedPart> parts) {
    s3.completeMultipartUpload(
        complete ->
            complete.bucket(bucket).key("k").uploadId(id).multipartUpload(m -> m.parts(parts)));
  }
}
