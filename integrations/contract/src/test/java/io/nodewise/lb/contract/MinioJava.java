package io.nodewise.lb.contract;

import io.minio.CopyObjectArgs;
import io.minio.DownloadObjectArgs;
import io.minio.GetObjectArgs;
import io.minio.ListObjectsArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.Result;
import io.minio.SourceObject;
import io.minio.StatObjectArgs;
import io.minio.UploadObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.messages.Item;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import okhttp3.OkHttpClient;

/** A {@code MinioClient} over a wrapped {@code OkHttpClient}. */
final class MinioJava implements ContractClient {
  private final OkHttpClient http;
  private final MinioClient minio;
  private final String bucket;

  MinioJava(Cluster cluster, String bucket) {
    this.http = RawOkHttp.balanced(cluster);
    this.minio =
        MinioClient.builder()
            .endpoint(cluster.balancer.logicalEndpoint().toString())
            .credentials(S3Nodes.ACCESS_KEY, S3Nodes.SECRET_KEY)
            .region("us-east-1")
            .httpClient(http)
            .build();
    this.bucket = bucket;
  }

  @Override
  public Set<Feature> features() {
    return EnumSet.noneOf(Feature.class);
  }

  @Override
  public Set<Shape> uploads() {
    return Set.of(Shape.BYTES, Shape.FILE, Shape.STREAM);
  }

  @Override
  public Set<Shape> downloads() {
    return Set.of(Shape.FILE, Shape.STREAM);
  }

  @Override
  public void put(Shape shape, String key, byte[] content) throws Exception {
    PutObjectArgs.Builder put = PutObjectArgs.builder().bucket(bucket).object(key);
    switch (shape) {
      case BYTES -> minio.putObject(put.data(content, content.length).build());
      case STREAM ->
          minio.putObject(
              put.stream(new ByteArrayInputStream(content), (long) content.length, -1L).build());
      case FILE -> {
        Path file = TempFile.none();
        try {
          Files.write(file, content);
          minio.uploadObject(
              UploadObjectArgs.builder()
                  .bucket(bucket)
                  .object(key)
                  .filename(file.toString())
                  .build());
        } finally {
          Files.deleteIfExists(file);
        }
      }
      case PUBLISHER -> throw new UnsupportedOperationException();
    }
  }

  @Override
  public byte[] get(Shape shape, String key) throws Exception {
    return switch (shape) {
      case STREAM -> {
        try (InputStream body = open(key)) {
          yield body.readAllBytes();
        }
      }
      case FILE -> {
        Path file = TempFile.none();
        try {
          minio.downloadObject(
              DownloadObjectArgs.builder()
                  .bucket(bucket)
                  .object(key)
                  .filename(file.toString())
                  .build());
          yield Files.readAllBytes(file);
        } finally {
          Files.deleteIfExists(file);
        }
      }
      case BYTES, PUBLISHER -> throw new UnsupportedOperationException();
    };
  }

  private InputStream open(String key) throws Exception {
    return minio.getObject(GetObjectArgs.builder().bucket(bucket).object(key).build());
  }

  @Override
  public long size(String key) throws Exception {
    try {
      return minio.statObject(StatObjectArgs.builder().bucket(bucket).object(key).build()).size();
    } catch (ErrorResponseException e) {
      if (e.errorResponse().code().equals("NoSuchKey")) {
        return -1;
      }
      throw e;
    }
  }

  @Override
  public List<String> list(String prefix) throws Exception {
    List<String> keys = new ArrayList<>();
    for (Result<Item> item :
        minio.listObjects(
            ListObjectsArgs.builder()
                .bucket(bucket)
                .prefix(prefix)
                .recursive(true)
                .maxKeys(3)
                .build())) {
      keys.add(item.get().objectName());
    }
    return keys;
  }

  @Override
  public void delete(String key) throws Exception {
    minio.removeObject(RemoveObjectArgs.builder().bucket(bucket).object(key).build());
  }

  @Override
  public void copy(String from, String to) throws Exception {
    SourceObject source = SourceObject.builder().bucket(bucket).object(from).build();
    minio.copyObject(CopyObjectArgs.builder().bucket(bucket).object(to).source(source).build());
  }

  @Override
  public void putInParts(String key, byte[] content) throws Exception {
    minio.putObject(
        PutObjectArgs.builder().bucket(bucket).object(key).stream(
                new ByteArrayInputStream(content), (long) content.length, (long) PART)
            .build());
  }

  /**
   * It has no way to give up a call but to close what it hands out, before its end and not while a
   * thread reads it.
   */
  @Override
  public Running begin(String key) throws Exception {
    InputStream body = open(key);
    body.readNBytes(1000);
    return new SyncClient.BegunBody(body);
  }

  @Override
  public void close() throws IOException {
    try {
      minio.close();
    } catch (Exception e) {
      throw new IOException(e);
    } finally {
      RawOkHttp.close(http);
    }
  }
}
