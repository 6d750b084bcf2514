package io.nodewise.lb.contract;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.transfer.s3.S3TransferManager;
import software.amazon.awssdk.transfer.s3.model.FileDownload;

/**
 * A Java-based {@link S3TransferManager} over a client with {@code multipartEnabled}. What it has
 * no method for is asked of its client.
 */
final class TransferClient implements ContractClient {
  private final AsyncClient client;
  private final S3TransferManager transfers;
  private final S3AsyncClient reading; // by which downloads go
  private final S3TransferManager downloads;
  private final String bucket;

  /** The SDK reads such by part number, which the servers have not: by range, but in getByParts. */
  private final Set<String> inParts = ConcurrentHashMap.newKeySet();

  private TransferClient(S3AsyncClient s3, S3AsyncClient reading, String bucket) {
    this.client = AsyncClient.of(s3, bucket);
    this.transfers = S3TransferManager.builder().s3Client(s3).build();
    this.reading = reading;
    this.downloads = S3TransferManager.builder().s3Client(reading).build();
    this.bucket = bucket;
  }

  /** Over this HTTP client, which is closed with it. */
  static TransferClient over(SdkAsyncHttpClient.Builder<?> http, Cluster cluster, String bucket) {
    S3AsyncClient s3 =
        AsyncClient.builder(cluster.balancer)
            .httpClientBuilder(http)
            .multipartEnabled(true)
            .multipartConfiguration(
                parts -> parts.minimumPartSizeInBytes((long) PART).thresholdInBytes((long) PART))
            .build();
    boolean alike = Product.ofThisRun().readsByPartNumber();
    S3AsyncClient reading =
        alike ? s3 : AsyncClient.builder(cluster.balancer).httpClientBuilder(http).build();
    return new TransferClient(s3, reading, bucket);
  }

  @Override
  public Set<Feature> features() {
    return client.features();
  }

  @Override
  public Set<Shape> uploads() {
    return Set.of(Shape.FILE);
  }

  @Override
  public Set<Shape> downloads() {
    return Set.of(Shape.FILE);
  }

  @Override
  public void put(Shape shape, String key, byte[] content) throws Exception {
    Path file = TempFile.none();
    try {
      Files.write(file, content);
      AsyncClient.join(
          transfers
              .uploadFile(
                  up -> up.source(file).putObjectRequest(put -> put.bucket(bucket).key(key)))
              .completionFuture());
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public byte[] get(Shape shape, String key) throws Exception {
    Path file = TempFile.none();
    try {
      AsyncClient.join(download(key, file).completionFuture());
      return Files.readAllBytes(file);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** The whole of it as the SDK reads what was stored in parts, one question for each part. */
  byte[] getByParts(String key) throws Exception {
    Path file = TempFile.none();
    try {
      AsyncClient.join(download(key, file, null).completionFuture());
      return Files.readAllBytes(file);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private FileDownload download(String key, Path file) {
    return download(key, file, inParts.contains(key) ? "bytes=0-" : null);
  }

  private FileDownload download(String key, Path file, String range) {
    return downloads.downloadFile(
        down ->
            down.destination(file)
                .getObjectRequest(get -> get.bucket(bucket).key(key).range(range)));
  }

  @Override
  public long size(String key) throws Exception {
    return client.size(key);
  }

  @Override
  public List<String> list(String prefix) throws Exception {
    return client.list(prefix);
  }

  @Override
  public void delete(String key) throws Exception {
    client.delete(key);
  }

  @Override
  public void copy(String from, String to) throws Exception {
    AsyncClient.join(
        transfers
            .copy(
                copy ->
                    copy.copyObjectRequest(
                        object ->
                            object
                                .sourceBucket(bucket)
                                .sourceKey(from)
                                .destinationBucket(bucket)
                                .destinationKey(to)))
            .completionFuture());
  }

  @Override
  public void putInParts(String key, byte[] content) throws Exception {
    inParts.add(key);
    put(Shape.FILE, key, content);
  }

  @Override
  public Running begin(String key) throws Exception {
    Path file = TempFile.none();
    FileDownload download = download(key, file);
    return new Running() {
      @Override
      public void cancel() {
        download.completionFuture().cancel(true);
      }

      @Override
      public boolean await() throws Exception {
        try {
          download.completionFuture().join();
          return true;
        } catch (RuntimeException e) {
          return false;
        } finally {
          Files.deleteIfExists(file);
        }
      }
    };
  }

  @Override
  public void close() {
    transfers.close();
    downloads.close();
    client.close();
    reading.close();
  }
}
