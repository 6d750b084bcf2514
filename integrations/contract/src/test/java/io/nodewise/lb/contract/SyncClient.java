package io.nodewise.lb.contract;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.LoadBalancedS3;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** An {@link S3Client}. */
final class SyncClient implements ContractClient {
  private final S3Client s3;
  private final String bucket;
  private final Set<Feature> features;

  SyncClient(S3Client s3, String bucket, Set<Feature> features) {
    this.s3 = s3;
    this.bucket = bucket;
    this.features = features;
  }

  /** A builder with what every test needs. */
  static S3ClientBuilder builder(LoadBalancer cluster) {
    return Product.ofThisRun()
        .set(LoadBalancedS3.builder(cluster))
        .region(Region.US_EAST_1)
        .credentialsProvider(S3Nodes.CREDENTIALS);
  }

  /** Over this HTTP client, whose builder's it is to close. */
  static SyncClient over(
      SdkHttpClient.Builder<?> http, Cluster cluster, String bucket, Set<Feature> features) {
    S3Client s3 = builder(cluster.balancer).httpClientBuilder(http).build();
    return new SyncClient(s3, bucket, features);
  }

  @Override
  public Set<Feature> features() {
    return features;
  }

  @Override
  public Set<Shape> uploads() {
    return Set.of(Shape.BYTES, Shape.FILE, Shape.STREAM);
  }

  @Override
  public Set<Shape> downloads() {
    return Set.of(Shape.BYTES, Shape.FILE, Shape.STREAM);
  }

  @Override
  public void put(Shape shape, String key, byte[] content) throws IOException {
    switch (shape) {
      case BYTES -> put(key, RequestBody.fromBytes(content));
      case STREAM ->
          put(key, RequestBody.fromInputStream(new ByteArrayInputStream(content), content.length));
      case FILE -> TempFile.with(content, file -> put(key, RequestBody.fromFile(file)));
      case PUBLISHER -> throw new UnsupportedOperationException();
    }
  }

  private void put(String key, RequestBody body) {
    s3.putObject(put -> put.bucket(bucket).key(key), body);
  }

  @Override
  public byte[] get(Shape shape, String key) throws IOException {
    return switch (shape) {
      case BYTES -> get(key, ResponseTransformer.toBytes()).asByteArray();
      case STREAM -> {
        try (var body = get(key, ResponseTransformer.toInputStream())) {
          yield body.readAllBytes();
        }
      }
      case FILE -> {
        Path file = TempFile.none();
        try {
          get(key, ResponseTransformer.toFile(file));
          yield Files.readAllBytes(file);
        } finally {
          Files.deleteIfExists(file);
        }
      }
      case PUBLISHER -> throw new UnsupportedOperationException();
    };
  }

  private <T> T get(String key, ResponseTransformer<GetObjectResponse, T> transformer) {
    return s3.getObject(get -> get.bucket(bucket).key(key), transformer);
  }

  @Override
  public long size(String key) {
    try {
      return s3.headObject(head -> head.bucket(bucket).key(key)).contentLength();
    } catch (NoSuchKeyException e) {
      return -1;
    }
  }

  @Override
  public List<String> list(String prefix) {
    return s3
        .listObjectsV2Paginator(list -> list.bucket(bucket).prefix(prefix).maxKeys(3))
        .contents()
        .stream()
        .map(S3Object::key)
        .toList();
  }

  @Override
  public void delete(String key) {
    s3.deleteObject(delete -> delete.bucket(bucket).key(key));
  }

  @Override
  public void copy(String from, String to) {
    s3.copyObject(
        copy ->
            copy.sourceBucket(bucket).sourceKey(from).destinationBucket(bucket).destinationKey(to));
  }

  @Override
  public void putInParts(String key, byte[] content) {
    String id = s3.createMultipartUpload(create -> create.bucket(bucket).key(key)).uploadId();
    List<CompletedPart> parts = new ArrayList<>();
    for (int from = 0; from < content.length; from += PART) {
      byte[] part = Arrays.copyOfRange(content, from, Math.min(from + PART, content.length));
      int number = parts.size() + 1;
      String tag =
          s3.uploadPart(
                  upload -> upload.bucket(bucket).key(key).uploadId(id).partNumber(number),
                  RequestBody.fromBytes(part))
              .eTag();
      parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
    }
    s3.completeMultipartUpload(
        complete ->
            complete
                .bucket(bucket)
                .key(key)
                .uploadId(id)
                .multipartUpload(upload -> upload.parts(parts)));
  }

  /** A stream that is aborted by another thread, or between two reads where that can't be. */
  @Override
  public Running begin(String key) throws IOException {
    ResponseInputStream<GetObjectResponse> body = s3.getObject(get -> get.bucket(bucket).key(key));
    if (!features.contains(Feature.ABORTS)) {
      body.readNBytes(1000);
      return new BegunBody(body);
    }
    return new ReadBody(() -> readAll(body), body::abort);
  }

  private static boolean readAll(ResponseInputStream<?> body) {
    try (body) {
      body.readAllBytes();
      return true;
    } catch (IOException | CancellationException e) { // the latter is CRT's word for it
      return false;
    }
  }

  @Override
  public void close() {
    s3.close();
  }

  /** A body that is closed between two reads; of a call that was given up nothing more comes. */
  record BegunBody(InputStream body) implements Running {
    @Override
    public void cancel() {
      try {
        body.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public boolean await() {
      try {
        return body.readAllBytes().length > 0;
      } catch (IOException | CancellationException e) {
        return false;
      }
    }
  }

  /** A body that a thread of its own reads. */
  static final class ReadBody implements Running {
    private final Runnable cancel;
    private final CompletableFuture<Boolean> reading;

    ReadBody(Supplier<Boolean> read, Runnable cancel) {
      this.cancel = cancel;
      this.reading = CompletableFuture.supplyAsync(read);
    }

    @Override
    public void cancel() {
      cancel.run();
    }

    @Override
    public boolean await() {
      return reading.join();
    }
  }
}
