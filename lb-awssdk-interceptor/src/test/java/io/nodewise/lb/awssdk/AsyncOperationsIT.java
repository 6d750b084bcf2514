package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscriber;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What applications do with an asynchronous client, while all is well. */
class AsyncOperationsIT extends OnAsyncNodes {

  @ParameterizedTest
  @EnumSource
  void objectsFromBytesFilesStreamsAndPublishers(Http http, @TempDir Path directory)
      throws Exception {
    LoadBalancer cluster = cluster();
    S3AsyncClient s3 = client(cluster, http);
    byte[] content = bytes(700_000);
    Path file = Files.write(directory.resolve("k"), content);
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      List<AsyncRequestBody> bodies =
          List.of(
              AsyncRequestBody.fromBytes(content),
              AsyncRequestBody.fromFile(file),
              AsyncRequestBody.fromInputStream(
                  new ByteArrayInputStream(content), (long) content.length, pool),
              pieces(content));
      for (AsyncRequestBody body : bodies) {
        got(s3.putObject(put -> put.bucket(bucket).key("k"), body));
        assertThat(get(s3, "k")).isEqualTo(content);
        assertIdle(cluster);
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(faults(cluster)).isZero();
  }

  /** Content in pieces of ten thousand, as often as it is subscribed to. */
  static AsyncRequestBody pieces(byte[] content) {
    return new AsyncRequestBody() {
      @Override
      public Optional<Long> contentLength() {
        return Optional.of((long) content.length);
      }

      @Override
      public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
        List<ByteBuffer> pieces = new java.util.ArrayList<>();
        for (int at = 0; at < content.length; at += 10_000) {
          pieces.add(ByteBuffer.wrap(content, at, Math.min(10_000, content.length - at)).slice());
        }
        software.amazon.awssdk.core.async.SdkPublisher.fromIterable(pieces).subscribe(subscriber);
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void readersOfEveryKind(Http http, @TempDir Path directory) throws Exception {
    LoadBalancer cluster = cluster();
    S3AsyncClient s3 = client(cluster, http);
    byte[] content = bytes(300_000);
    put(s3, "k", content);

    Path file = directory.resolve("k");
    got(s3.getObject(get -> get.bucket(bucket).key("k"), file));
    assertThat(file).hasBinaryContent(content);
    try (InputStream stream =
        got(
            s3.getObject(
                get -> get.bucket(bucket).key("k").checksumMode(ChecksumMode.ENABLED),
                AsyncResponseTransformer.toBlockingInputStream()))) {
      assertThat(stream.readAllBytes()).isEqualTo(content);
    }
    OneByOne reader = new OneByOne();
    got(s3.getObject(get -> get.bucket(bucket).key("k"), AsyncResponseTransformer.toPublisher()))
        .subscribe(reader);
    reader.readAll();
    assertThat(reader.content()).isEqualTo(content);
    assertThat(
            got(s3.getObject(
                    get -> get.bucket(bucket).key("k").range("bytes=1000-1999"),
                    AsyncResponseTransformer.toBytes()))
                .asByteArray())
        .hasSize(1000);
    put(s3, "empty", new byte[0]);
    assertThat(get(s3, "empty")).isEmpty();
    assertIdle(cluster);
  }

  @ParameterizedTest
  @EnumSource
  void everythingElse(Http http) {
    LoadBalancer cluster = cluster();
    S3AsyncClient s3 = client(cluster, http);
    byte[] content = bytes(20_000);
    put(s3, "a/b c+d", content);

    assertThat(got(s3.headObject(head -> head.bucket(bucket).key("a/b c+d"))).contentLength())
        .isEqualTo(20_000);
    got(
        s3.copyObject(
            copy ->
                copy.sourceBucket(bucket)
                    .sourceKey("a/b c+d")
                    .destinationBucket(bucket)
                    .destinationKey("copy")));
    assertThat(got(s3.listObjectsV2(list -> list.bucket(bucket))).contents())
        .extracting(S3Object::key)
        .containsExactly("a/b c+d", "copy");
    String id =
        got(s3.createMultipartUpload(create -> create.bucket(bucket).key("parts"))).uploadId();
    String tag =
        got(s3.uploadPart(
                part -> part.bucket(bucket).key("parts").uploadId(id).partNumber(1),
                AsyncRequestBody.fromBytes(content)))
            .eTag();
    got(
        s3.completeMultipartUpload(
            complete ->
                complete
                    .bucket(bucket)
                    .key("parts")
                    .uploadId(id)
                    .multipartUpload(
                        all ->
                            all.parts(CompletedPart.builder().partNumber(1).eTag(tag).build()))));
    assertThat(get(s3, "parts")).isEqualTo(content);
    got(s3.deleteObject(delete -> delete.bucket(bucket).key("copy")));
    got(
        s3.deleteObjects(
            delete ->
                delete
                    .bucket(bucket)
                    .delete(all -> all.objects(one -> one.key("parts"), one -> one.key("none")))));

    assertThatExceptionOfType(NoSuchKeyException.class).isThrownBy(() -> get(s3, "copy"));
    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> got(s3.headObject(head -> head.bucket(bucket).key("none"))))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(404));
    assertIdle(cluster);
    assertThat(faults(cluster)).isZero();
    assertThat(nodes.all())
        .as("they spread")
        .allSatisfy(node -> assertThat(node.requests()).isNotEmpty());
  }
}
