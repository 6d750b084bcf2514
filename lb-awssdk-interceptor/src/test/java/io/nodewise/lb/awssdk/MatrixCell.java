package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.awssdk.nodes.S3Nodes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What one cell of the matrix works on: a bucket of its own, and a client past the balancer. */
final class MatrixCell {
  /** Bytes of an object: several reads long. */
  static final int SIZE = 300_000;

  /** Bytes of an upload that no socket buffers take in whole. */
  static final int LARGE = 8 << 20;

  /** Goes past the load balancer and the faults. */
  static final S3Client DIRECT =
      S3Client.builder()
          .endpointOverride(URI.create(S3Nodes.shared().get(3).targetUrl()))
          .forcePathStyle(true)
          .region(Region.US_EAST_1)
          .credentialsProvider(S3Nodes.CREDENTIALS)
          .build();

  private static final Map<Integer, byte[]> CONTENTS = new ConcurrentHashMap<>();

  private final String bucket;
  private final Path directory;
  private final byte[] content;
  private final Map<String, String> uploads = new ConcurrentHashMap<>();
  private final Map<String, String> tags = new ConcurrentHashMap<>();

  MatrixCell(String bucket, Path directory, int size) {
    this.bucket = bucket;
    this.directory = directory;
    this.content = CONTENTS.computeIfAbsent(size, OnS3Nodes::bytes);
  }

  String bucket() {
    return bucket;
  }

  byte[] content() {
    return content;
  }

  String tag() {
    try {
      return EntityTag.ofContent(RequestBody.fromBytes(content));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The content, in a file. */
  Path file(String key) {
    try {
      return Files.write(newFile("content-of-" + key), content());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path newFile(String name) {
    return directory.resolve(bucket + "-" + name);
  }

  void assertContent(byte[] bytes) {
    assertThat(bytes.length).isEqualTo(content().length);
    assertThat(bytes).isEqualTo(content());
  }

  void put(S3Client s3, String key, RequestBody body) {
    s3.putObject(put -> put.bucket(bucket).key(key), body);
  }

  // Uploads in parts.

  void upload(String key, String id) {
    uploads.put(key, id);
  }

  String upload(String key) {
    return uploads.get(key);
  }

  void beginUpload(String key) {
    upload(key, DIRECT.createMultipartUpload(c -> c.bucket(bucket).key(key)).uploadId());
  }

  void uploadPart(S3Client s3, String key) {
    tags.put(
        key,
        s3.uploadPart(
                part -> part.bucket(bucket).key(key).uploadId(upload(key)).partNumber(1),
                RequestBody.fromBytes(content()))
            .eTag());
  }

  CompleteMultipartUploadResponse complete(S3Client s3, String key) {
    CompletedPart part = CompletedPart.builder().partNumber(1).eTag(tags.get(key)).build();
    return s3.completeMultipartUpload(
        complete ->
            complete
                .bucket(bucket)
                .key(key)
                .uploadId(upload(key))
                .multipartUpload(m -> m.parts(part)));
  }

  // What the servers have.

  /** Names that begin like this one. */
  List<String> keys(String key) {
    return DIRECT.listObjectsV2(list -> list.bucket(bucket).prefix(key)).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  List<MultipartUpload> uploads(String key) {
    return DIRECT.listMultipartUploads(list -> list.bucket(bucket).prefix(key)).uploads();
  }

  List<Part> parts(String key) {
    return DIRECT.listParts(list -> list.bucket(bucket).key(key).uploadId(upload(key))).parts();
  }
}
