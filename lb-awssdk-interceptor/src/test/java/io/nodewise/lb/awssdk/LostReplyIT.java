package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;

/** The node did what it was asked, and died before it could say so. */
class LostReplyIT extends OnS3Nodes {

  private LoadBalancer cluster;
  private S3Client s3;

  private void start() {
    cluster = unprobed(4);
    s3 = client(cluster);
  }

  @Test
  void putIsRepeated() {
    start();
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));

    put(s3, "k", bytes(1000));

    assertThat(nodes.count("PUT")).isEqualTo(2);
    assertThat(get(s3, "k")).isEqualTo(bytes(1000));
  }

  @Test
  void deleteIsRepeated() {
    start();
    put(s3, "k", bytes(10));
    nodes.onceAnywhere(Fault.loseReply().on("DELETE"));

    s3.deleteObject(delete -> delete.bucket(bucket).key("k"));

    assertThat(nodes.count("DELETE")).isEqualTo(2);
  }

  @Test
  void completeMultipartUpload() {
    start();
    String id = s3.createMultipartUpload(c -> c.bucket(bucket).key("k")).uploadId();
    List<CompletedPart> parts = List.of(part(id, 1, 5 << 20), part(id, 2, 1000));
    nodes.onceAnywhere(Fault.loseReply().on("POST"));

    CompleteMultipartUploadResponse response =
        s3.completeMultipartUpload(
            complete ->
                complete.bucket(bucket).key("k").uploadId(id).multipartUpload(m -> m.parts(parts)));

    assertThat(response.eTag())
        .isEqualTo(s3.headObject(head -> head.bucket(bucket).key("k")).eTag());
    assertThat(response.key()).isEqualTo("k");
    assertThat(get(s3, "k")).hasSize((5 << 20) + 1000);
  }

  @Test
  void completeOfAnUploadThatIsNotThere() {
    start();
    String id = s3.createMultipartUpload(c -> c.bucket(bucket).key("k")).uploadId();
    List<CompletedPart> parts = List.of(part(id, 1, 1000));
    s3.abortMultipartUpload(abort -> abort.bucket(bucket).key("k").uploadId(id));
    put(s3, "k", bytes(10));
    nodes.onceAnywhere(Fault.loseReply().on("POST"));

    assertThatExceptionOfType(NoSuchUploadException.class)
        .isThrownBy(
            () ->
                s3.completeMultipartUpload(
                    complete ->
                        complete
                            .bucket(bucket)
                            .key("k")
                            .uploadId(id)
                            .multipartUpload(m -> m.parts(parts))));
  }

  @Test
  void abortMultipartUpload() {
    start();
    String id = s3.createMultipartUpload(c -> c.bucket(bucket).key("k")).uploadId();
    nodes.onceAnywhere(Fault.loseReply().on("DELETE"));

    s3.abortMultipartUpload(abort -> abort.bucket(bucket).key("k").uploadId(id));

    assertThat(nodes.count("DELETE")).isEqualTo(2);
    assertThat(uploads()).isEmpty();
  }

  @Test
  void createMultipartUploadLeavesOneUpload() {
    start();
    nodes.onceAnywhere(Fault.loseReply().on("POST"));

    CreateMultipartUploadResponse created =
        s3.createMultipartUpload(create -> create.bucket(bucket).key("k"));

    assertThat(nodes.count("POST")).isEqualTo(2);
    assertThat(uploads()).extracting(MultipartUpload::uploadId).containsExactly(created.uploadId());
  }

  @Test
  void createBucket() {
    start();
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));

    s3.createBucket(create -> create.bucket(bucket + "-new"));

    assertThat(nodes.count("PUT")).isEqualTo(2);
    assertThat(PLAIN.listBuckets().buckets())
        .extracting(one -> one.name())
        .contains(bucket + "-new");
  }

  @Test
  void deleteBucket() {
    start();
    nodes.onceAnywhere(Fault.loseReply().on("DELETE"));

    s3.deleteBucket(delete -> delete.bucket(bucket));

    assertThat(nodes.count("DELETE")).isEqualTo(2);
    assertThat(PLAIN.listBuckets().buckets()).extracting(one -> one.name()).doesNotContain(bucket);
  }

  @Test
  void createMultipartUploadWhoseReplyIsLostTwiceLeavesOneUpload() {
    start();
    nodes.onceAnywhere(Fault.loseReply().on("POST"));
    nodes.onceAnywhere(Fault.loseReply().on("POST"));

    CreateMultipartUploadResponse created =
        s3.createMultipartUpload(create -> create.bucket(bucket).key("k"));

    assertThat(nodes.count("POST")).isEqualTo(3);
    assertThat(uploads()).extracting(MultipartUpload::uploadId).containsExactly(created.uploadId());
  }

  /** Somebody else's uploads of the key are none of our business. */
  @Test
  void createMultipartUploadBesideOthers() {
    start();
    String other = s3.createMultipartUpload(create -> create.bucket(bucket).key("k")).uploadId();
    nodes.onceAnywhere(Fault.loseReply().on("POST"));

    String ours = s3.createMultipartUpload(create -> create.bucket(bucket).key("k")).uploadId();

    assertThat(uploads()).extracting(MultipartUpload::uploadId).contains(other, ours);
  }

  @Test
  void appendIsNotRepeated() {
    start();
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));

    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(
            () -> s3.putObject(put -> put.bucket(bucket).key("k").writeOffsetBytes(0L), body(1000)))
        .withMessageContaining("node 127.0.0.1");
    assertThat(nodes.count("PUT")).isEqualTo(1);
    assertIdle(cluster);
  }

  /** Nothing was sent, so there is nothing to repeat. */
  @Test
  void appendMovesOnFromADeadNode() {
    start();
    nodes.get(0).kill();
    nodes.get(1).kill();
    nodes.get(2).kill();

    s3.putObject(put -> put.bucket(bucket).key("k").writeOffsetBytes(0L), body(1000));

    assertThat(nodes.count("PUT")).isEqualTo(1);
  }

  /** The caller's own clock cuts the reply off, which is no different. */
  @Test
  void appendIsNotRepeatedAfterAnAttemptTimeout() {
    cluster = unprobed(4);
    s3 =
        track(
            builder(cluster)
                .overrideConfiguration(o -> o.apiCallAttemptTimeout(Duration.ofMillis(700))));
    nodes.onceAnywhere(Fault.delayReply(5_000).on("PUT"));

    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(
            () ->
                s3.putObject(put -> put.bucket(bucket).key("k").writeOffsetBytes(0L), body(1000)));
    assertThat(nodes.count("PUT")).isEqualTo(1);
    assertIdle(cluster);
  }

  private static RequestBody body(int size) {
    return RequestBody.fromBytes(bytes(size));
  }

  private CompletedPart part(String id, int number, int size) {
    String tag =
        s3.uploadPart(
                upload -> upload.bucket(bucket).key("k").uploadId(id).partNumber(number),
                body(size))
            .eTag();
    return CompletedPart.builder().partNumber(number).eTag(tag).build();
  }

  private List<MultipartUpload> uploads() {
    return s3.listMultipartUploads(list -> list.bucket(bucket)).uploads();
  }
}
