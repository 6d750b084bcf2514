package io.nodewise.lb.contract;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.LoadBalancedS3;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** An {@link S3AsyncClient}. */
final class AsyncClient implements ContractClient {
  private final S3AsyncClient s3;
  private final String bucket;
  private final ExecutorService reading = Executors.newCachedThreadPool();

  private AsyncClient(S3AsyncClient s3, String bucket) {
    this.s3 = s3;
    this.bucket = bucket;
  }

  /** Closes it in the end. */
  static AsyncClient of(S3AsyncClient s3, String bucket) {
    return new AsyncClient(s3, bucket);
  }

  /** A builder with what every test needs. */
  static S3AsyncClientBuilder builder(LoadBalancer cluster) {
    return Product.ofThisRun()
        .set(LoadBalancedS3.asyncBuilder(cluster))
        .region(Region.US_EAST_1)
        .credentialsProvider(S3Nodes.CREDENTIALS);
  }

  /** Over this HTTP client, which is closed with it. */
  static AsyncClient over(SdkAsyncHttpClient.Builder<?> http, Cluster cluster, String bucket) {
    return of(builder(cluster.balancer).httpClientBuilder(http).build(), bucket);
  }

  @Override
  public Set<Feature> features() {
    return EnumSet.allOf(Feature.class);
  }

  @Override
  public Set<Shape> uploads() {
    return Set.of(Shape.BYTES, Shape.FILE, Shape.PUBLISHER);
  }

  @Override
  public Set<Shape> downloads() {
    return Set.of(Shape.BYTES, Shape.FILE, Shape.STREAM, Shape.PUBLISHER);
  }

  /** The failure itself, without its wrapping. */
  static <T> T join(CompletableFuture<T> future) throws Exception {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  @Override
  public void put(Shape shape, String key, byte[] content) throws Exception {
    switch (shape) {
      case BYTES -> put(key, AsyncRequestBody.fromBytes(content));
      case PUBLISHER ->
          put(
              key,
              AsyncRequestBody.fromInputStream(
                  new ByteArrayInputStream(content), (long) content.length, reading));
      case FILE -> {
        Path file = TempFile.none();
        try {
          Files.write(file, content);
          put(key, AsyncRequestBody.fromFile(file));
        } finally {
          Files.deleteIfExists(file);
        }
      }
      case STREAM -> throw new UnsupportedOperationException();
    }
  }

  private void put(String key, AsyncRequestBody body) throws Exception {
    join(s3.putObject(put -> put.bucket(bucket).key(key), body));
  }

  private <T> CompletableFuture<T> get(
      String key, AsyncResponseTransformer<GetObjectResponse, T> transformer) {
    return s3.getObject(get -> get.bucket(bucket).key(key), transformer);
  }

  @Override
  public byte[] get(Shape shape, String key) throws Exception {
    return switch (shape) {
      case BYTES -> join(get(key, AsyncResponseTransformer.toBytes())).asByteArray();
      case STREAM -> {
        try (var body = join(get(key, AsyncResponseTransformer.toBlockingInputStream()))) {
          yield body.readAllBytes();
        }
      }
      case PUBLISHER -> {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        join(
            join(get(key, AsyncResponseTransformer.toPublisher()))
                .subscribe(chunk -> add(chunk, all)));
        yield all.toByteArray();
      }
      case FILE -> {
        Path file = TempFile.none();
        try {
          join(get(key, AsyncResponseTransformer.toFile(file)));
          yield Files.readAllBytes(file);
        } finally {
          Files.deleteIfExists(file);
        }
      }
    };
  }

  private static void add(ByteBuffer chunk, ByteArrayOutputStream all) {
    byte[] bytes = new byte[chunk.remaining()];
    chunk.get(bytes);
    all.writeBytes(bytes);
  }

  @Override
  public long size(String key) throws Exception {
    try {
      return join(s3.headObject(head -> head.bucket(bucket).key(key))).contentLength();
    } catch (NoSuchKeyException e) {
      return -1;
    }
  }

  @Override
  public List<String> list(String prefix) throws Exception {
    List<String> keys = new ArrayList<>();
    join(
        s3.listObjectsV2Paginator(list -> list.bucket(bucket).prefix(prefix).maxKeys(3))
            .subscribe(page -> page.contents().stream().map(S3Object::key).forEach(keys::add)));
    return keys;
  }

  @Override
  public void delete(String key) throws Exception {
    join(s3.deleteObject(delete -> delete.bucket(bucket).key(key)));
  }

  @Override
  public void copy(String from, String to) throws Exception {
    join(
        s3.copyObject(
            copy ->
                copy.sourceBucket(bucket)
                    .sourceKey(from)
                    .destinationBucket(bucket)
                    .destinationKey(to)));
  }

  @Override
  public void putInParts(String key, byte[] content) throws Exception {
    String id = join(s3.createMultipartUpload(create -> create.bucket(bucket).key(key))).uploadId();
    List<CompletableFuture<CompletedPart>> parts = new ArrayList<>();
    for (int from = 0; from < content.length; from += PART) {
      byte[] part = Arrays.copyOfRange(content, from, Math.min(from + PART, content.length));
      int number = parts.size() + 1;
      parts.add(
          s3.uploadPart(
                  upload -> upload.bucket(bucket).key(key).uploadId(id).partNumber(number),
                  AsyncRequestBody.fromBytes(part))
              .thenApply(
                  sent -> CompletedPart.builder().partNumber(number).eTag(sent.eTag()).build()));
    }
    List<CompletedPart> completed = new ArrayList<>();
    for (CompletableFuture<CompletedPart> part : parts) {
      completed.add(join(part));
    }
    join(
        s3.completeMultipartUpload(
            complete ->
                complete
                    .bucket(bucket)
                    .key(key)
                    .uploadId(id)
                    .multipartUpload(upload -> upload.parts(completed))));
  }

  @Override
  public Running begin(String key) {
    CompletableFuture<ResponseBytes<GetObjectResponse>> call =
        get(key, AsyncResponseTransformer.toBytes());
    return new Running() {
      @Override
      public void cancel() {
        call.cancel(true);
      }

      @Override
      public boolean await() throws IOException {
        try {
          call.join();
          return true;
        } catch (CancellationException | CompletionException e) {
          return false;
        }
      }
    };
  }

  @Override
  public void close() {
    s3.close();
    reading.shutdown();
  }
}
