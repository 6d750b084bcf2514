package io.nodewise.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minio.BucketExistsArgs;
import io.minio.CopyObjectArgs;
import io.minio.GetObjectArgs;
import io.minio.MinioAsyncClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveBucketArgs;
import io.minio.RemoveObjectsArgs;
import io.minio.Result;
import io.minio.SourceObject;
import io.minio.errors.ErrorResponseException;
import io.minio.messages.DeleteRequest;
import io.minio.messages.DeleteResult;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** minio-java through a balanced client. */
class MinioClientIT extends OnMinio {
  @Test
  void theUsualOperations() throws Exception {
    assertThat(minio.bucketExists(BucketExistsArgs.builder().bucket(bucket).build())).isTrue();
    put("a b/ü", bytes(10_000));
    assertThat(get("a b/ü")).isEqualTo(bytes(10_000));
    for (int i = 0; i < 60; i++) { // enough for each node to get its share
      assertThat(size("a b/ü")).isEqualTo(10_000);
    }
    try (InputStream part =
        minio.getObject(
            GetObjectArgs.builder()
                .bucket(bucket)
                .object("a b/ü")
                .offset(5L)
                .length(10L)
                .build())) {
      assertThat(part.readAllBytes()).hasSize(10);
    }
    minio.copyObject(
        CopyObjectArgs.builder()
            .bucket(bucket)
            .object("copy")
            .source(SourceObject.builder().bucket(bucket).object("a b/ü").build())
            .build());
    put("empty", new byte[0]);
    assertThat(list()).containsExactlyInAnyOrder("a b/ü", "copy", "empty");
    remove("copy");
    for (Result<DeleteResult.Error> error :
        minio.removeObjects(
            RemoveObjectsArgs.builder()
                .bucket(bucket)
                .objects(
                    List.of(new DeleteRequest.Object("a b/ü"), new DeleteRequest.Object("empty")))
                .build())) {
      throw new AssertionError(error.get());
    }
    assertThat(list()).isEmpty();
    minio.removeBucket(RemoveBucketArgs.builder().bucket(bucket).build());
    assertThat(minio.bucketExists(BucketExistsArgs.builder().bucket(bucket).build())).isFalse();
    assertThat(servers.nodes()).allMatch(node -> node.requests().size() > 1);
  }

  @Test
  void signaturesAreVerified() {
    assertThatThrownBy(() -> client("wrong").listBuckets())
        .isInstanceOfSatisfying(
            ErrorResponseException.class,
            e -> assertThat(e.errorResponse().code()).isEqualTo("SignatureDoesNotMatch"));
    assertThat(Clusters.faults(cluster)).isZero();
  }

  @Test
  void anErrorOfTheCallersIsHeardAtOnce() {
    assertThatThrownBy(() -> get("nothing")).isInstanceOf(ErrorResponseException.class);
    assertThat(requests("GET /" + bucket + "/nothing.*")).hasSize(1);
  }

  @Test
  void aStreamOfUnknownLength() throws Exception {
    byte[] content = bytes(2 * PART + 7);
    minio.putObject(
        PutObjectArgs.builder().bucket(bucket).object("stream").stream(
                new ByteArrayInputStream(content), -1L, (long) PART)
            .build());
    assertThat(get("stream")).isEqualTo(content);
    assertThat(requests("PUT .*partNumber=.*")).hasSize(3);
  }

  @Test
  void theAsynchronousClient() throws Exception {
    MinioAsyncClient async =
        MinioAsyncClient.builder()
            .endpoint(LOGICAL)
            .region("us-east-1")
            .credentials(S3Servers.ACCESS_KEY, S3Servers.SECRET_KEY)
            .httpClient(http)
            .build();
    List<CompletableFuture<?>> puts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      puts.add(
          async.putObject(
              PutObjectArgs.builder().bucket(bucket).object("k" + i).stream(
                      new ByteArrayInputStream(bytes(1000)), 1000L, -1L)
                  .build()));
    }
    for (CompletableFuture<?> put : puts) {
      put.get(20, TimeUnit.SECONDS);
    }
    assertThat(list()).hasSize(20);
  }
}
