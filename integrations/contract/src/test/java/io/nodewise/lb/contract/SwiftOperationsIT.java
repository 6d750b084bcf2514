package io.nodewise.lb.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nodewise.lb.awssdk.LoadBalancedS3;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.contract.ContractClient.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Operations that the contract has not, and what Swift says of them. No answer is a node's fault.
 */
class SwiftOperationsIT extends OnSwift {
  private static final byte[] CONTENT = Content.of(100_000);

  @AfterEach
  void noNodeWasCharged() {
    assertThat(faults()).as("%s", cluster.snapshot().toTable()).isZero();
  }

  private void put(String key, byte[] content) {
    s3.putObject(put -> put.bucket(bucket).key(key), RequestBody.fromBytes(content));
  }

  private static S3Exception refused(Supplier<?> call) {
    S3Exception refused = catchThrowableOfType(S3Exception.class, call::get);
    assertThat(refused).as("an answer that refuses").isNotNull();
    return refused;
  }

  private List<ResponseBytes<GetObjectResponse>> getByBoth(GetObjectRequest get) {
    return List.of(
        s3.getObjectAsBytes(get), async.getObject(get, AsyncResponseTransformer.toBytes()).join());
  }

  @Test
  void ranges() {
    put("k", CONTENT);
    GetObjectRequest get = GetObjectRequest.builder().bucket(bucket).key("k").build();
    for (var middle : getByBoth(get.toBuilder().range("bytes=10-19").build())) {
      assertThat(middle.asByteArray()).isEqualTo(Arrays.copyOfRange(CONTENT, 10, 20));
      assertThat(middle.response().contentRange()).isEqualTo("bytes 10-19/100000");
    }
    for (var end : getByBoth(get.toBuilder().range("bytes=-5").build())) {
      assertThat(end.asByteArray()).isEqualTo(Arrays.copyOfRange(CONTENT, 99_995, 100_000));
    }
    for (var rest : getByBoth(get.toBuilder().range("bytes=99990-").build())) {
      assertThat(rest.asByteArray()).hasSize(10);
    }
    GetObjectRequest beyond = get.toBuilder().range("bytes=100000-").build();
    assertThat(refused(() -> s3.getObjectAsBytes(beyond)).statusCode()).isEqualTo(416);
    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(() -> async.getObject(beyond, AsyncResponseTransformer.toBytes()).join())
        .havingCause()
        .satisfies(cause -> assertThat(((S3Exception) cause).statusCode()).isEqualTo(416));
  }

  @Test
  void conditions() {
    put("k", CONTENT);
    String tag = s3.headObject(head -> head.bucket(bucket).key("k")).eTag();
    assertThat(tag).as("quoted, 32 digits").matches("\"[0-9a-f]{32}\"");
    GetObjectRequest get = GetObjectRequest.builder().bucket(bucket).key("k").build();
    for (var same : getByBoth(get.toBuilder().ifMatch(tag).build())) {
      assertThat(same.asByteArray()).isEqualTo(CONTENT);
    }
    assertThat(statusOf(get.toBuilder().ifNoneMatch(tag).build())).isEqualTo(304);
    assertThat(statusOf(get.toBuilder().ifMatch("\"" + "0".repeat(32) + "\"").build()))
        .isEqualTo(412);
  }

  /**
   * Conditional PUTs it has none of, and says so; what it wants to see of a copy's source it does.
   */
  @Test
  void conditionsOfWrites() {
    put("k", CONTENT);
    String tag = s3.headObject(head -> head.bucket(bucket).key("k")).eTag();
    S3Exception refused =
        refused(
            () ->
                s3.putObject(
                    put -> put.bucket(bucket).key("k").ifNoneMatch("*"),
                    RequestBody.fromBytes(CONTENT)));
    assertThat(refused.statusCode()).isEqualTo(501);
    assertThat(copy("k", tag)).isEqualTo(200);
    assertThat(refused(() -> copy("k", "\"" + "0".repeat(32) + "\"")).statusCode()).isEqualTo(412);
  }

  private int copy(String key, String ifMatch) {
    return s3.copyObject(
            copy ->
                copy.sourceBucket(bucket)
                    .sourceKey(key)
                    .copySourceIfMatch(ifMatch)
                    .destinationBucket(bucket)
                    .destinationKey("k2"))
        .sdkHttpResponse()
        .statusCode();
  }

  private int statusOf(GetObjectRequest get) {
    return refused(() -> s3.getObjectAsBytes(get)).statusCode();
  }

  @Test
  void uploadInPartsIsListedCompletedAndAborted() {
    byte[] first = Content.of(ContractClient.PART);
    String id = s3.createMultipartUpload(create -> create.bucket(bucket).key("p")).uploadId();
    String one = uploadPart(id, 1, first);
    String two = uploadPart(id, 2, CONTENT);
    assertThat(s3.listParts(list -> list.bucket(bucket).key("p").uploadId(id)).parts())
        .extracting(Part::size)
        .containsExactly((long) first.length, (long) CONTENT.length);
    assertThat(s3.listMultipartUploads(list -> list.bucket(bucket)).uploads()).hasSize(1);
    String tag =
        s3.completeMultipartUpload(
                complete ->
                    complete
                        .bucket(bucket)
                        .key("p")
                        .uploadId(id)
                        .multipartUpload(
                            parts -> parts.parts(completed(1, one), completed(2, two))))
            .eTag();
    assertThat(tag).matches("\"[0-9a-f]{32}-2\"");
    GetObjectRequest get =
        GetObjectRequest.builder().bucket(bucket).key("p").ifMatch(tag).range("bytes=-10").build();
    for (var end : getByBoth(get)) {
      assertThat(end.response().eTag()).isEqualTo(tag);
      assertThat(end.asByteArray()).isEqualTo(Arrays.copyOfRange(CONTENT, 99_990, 100_000));
    }

    assertThat(refused(() -> copy("p", tag)).statusCode())
        .as("a copy on condition of an ETag of parts, which is right")
        .isEqualTo(412);

    String given = s3.createMultipartUpload(create -> create.bucket(bucket).key("q")).uploadId();
    uploadPart("q", given, 1, CONTENT);
    s3.abortMultipartUpload(abort -> abort.bucket(bucket).key("q").uploadId(given));
    assertThatExceptionOfType(NoSuchUploadException.class)
        .isThrownBy(() -> s3.listParts(list -> list.bucket(bucket).key("q").uploadId(given)));
  }

  private String uploadPart(String id, int number, byte[] content) {
    return uploadPart("p", id, number, content);
  }

  private String uploadPart(String key, String id, int number, byte[] content) {
    return s3.uploadPart(
            part -> part.bucket(bucket).key(key).uploadId(id).partNumber(number),
            RequestBody.fromBytes(content))
        .eTag();
  }

  private static CompletedPart completed(int number, String tag) {
    return CompletedPart.builder().partNumber(number).eTag(tag).build();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "a+b",
        "a%20b",
        "a%2Fb",
        "ä/ö €",
        "\uD83D\uDE00",
        "x//y",
        "/x",
        "x/",
        "./x/../y",
        "?&=#;:@$,~'()*!",
        "\"<&>\\^`{|}[]",
      })
  void keysWithOddCharacters(String key) throws Exception {
    for (ContractClient client : clients) {
      client.put(Shape.BYTES, key, CONTENT);
      assertThat(client.get(Shape.BYTES, key)).isEqualTo(CONTENT);
      assertThat(client.list("")).containsExactly(key);
      client.copy(key, key + "2");
      assertThat(client.size(key + "2")).isEqualTo(CONTENT.length);
      client.delete(key);
      client.delete(key + "2");
      assertThat(client.size(key)).isEqualTo(-1);
    }
  }

  @Test
  void listsByFolder() {
    for (String key : List.of("a/1", "a/2", "b/1", "c")) {
      put(key, new byte[0]);
    }
    ListObjectsV2Response list = s3.listObjectsV2(all -> all.bucket(bucket).delimiter("/"));
    assertThat(list.commonPrefixes()).extracting(one -> one.prefix()).containsExactly("a/", "b/");
    assertThat(list.contents()).extracting(one -> one.key()).containsExactly("c");
  }

  @Test
  void wrongCredentialsAreRefusedByEveryNode() {
    put("k", CONTENT);
    for (var wrong :
        List.of(
            AwsBasicCredentials.create(S3Nodes.ACCESS_KEY, "wrong"),
            AwsBasicCredentials.create("test:nobody", S3Nodes.SECRET_KEY))) {
      try (S3Client other =
          Product.SWIFT
              .set(LoadBalancedS3.builder(cluster))
              .credentialsProvider(StaticCredentialsProvider.create(wrong))
              .build()) {
        for (int i = 0; i < 2 * nodes.size(); i++) {
          S3Exception refused =
              refused(() -> other.getObjectAsBytes(get -> get.bucket(bucket).key("k")));
          assertThat(refused.statusCode()).isEqualTo(403);
          assertThat(refused.awsErrorDetails().errorCode())
              .isIn("SignatureDoesNotMatch", "InvalidAccessKeyId");
        }
      }
    }
    assertThat(cluster.snapshot().nodes()).allMatch(node -> node.attempts() > 0);
  }

  @Test
  void whatIsNotThere() {
    assertThat(s3.listBuckets().buckets()).anyMatch(one -> one.name().equals(bucket));
    assertThatExceptionOfType(NoSuchBucketException.class)
        .isThrownBy(() -> s3.listObjectsV2(list -> list.bucket(bucket + "-none")));
    put("k", CONTENT);
    assertThat(refused(() -> s3.deleteBucket(delete -> delete.bucket(bucket))).statusCode())
        .isEqualTo(409);
  }
}
