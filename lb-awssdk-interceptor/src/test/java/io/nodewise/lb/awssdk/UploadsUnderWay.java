package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Uploads whose heads have come to the nodes and whose bodies wait: single ones, and parts of one
 * large object. Nothing else may send a PUT until they have begun.
 */
final class UploadsUnderWay implements AutoCloseable {
  private static final int SINGLE = 6;
  private static final int SIZE = 300_000;
  private static final byte[] PART = OnS3Nodes.bytes(5 << 20);
  private static final byte[] LAST = OnS3Nodes.bytes(1000);

  private final S3Client s3;
  private final String bucket;
  private final S3Nodes nodes;
  private final CountDownLatch gate = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newFixedThreadPool(SINGLE + 2);
  private final List<Future<?>> singles = new ArrayList<>();
  private final List<Future<CompletedPart>> parts = new ArrayList<>();
  private final String upload;

  UploadsUnderWay(S3Client s3, String bucket, S3Nodes nodes) {
    this.s3 = s3;
    this.bucket = bucket;
    this.nodes = nodes;
    upload = s3.createMultipartUpload(create -> create.bucket(bucket).key("large")).uploadId();
    for (int i = 0; i < SINGLE; i++) {
      String key = "single" + i;
      byte[] content = OnS3Nodes.bytes(SIZE + i);
      singles.add(
          threads.submit(() -> s3.putObject(put -> put.bucket(bucket).key(key), held(content))));
    }
    parts.add(threads.submit(() -> part(1, PART)));
    parts.add(threads.submit(() -> part(2, LAST)));
    await("all have begun").until(() -> nodes.count("PUT") == count());
  }

  private RequestBody held(byte[] content) {
    return RequestBody.fromContentProvider(
        () -> new HeldStream(content, gate), content.length, "application/octet-stream");
  }

  private CompletedPart part(int number, byte[] content) {
    String tag =
        s3.uploadPart(
                part -> part.bucket(bucket).key("large").uploadId(upload).partNumber(number),
                held(content))
            .eTag();
    return CompletedPart.builder().partNumber(number).eTag(tag).build();
  }

  /** How many there are. */
  static int count() {
    return SINGLE + 2;
  }

  /** Where most of them are. */
  FaultProxy busiest() {
    return nodes.all().stream()
        .max(Comparator.comparingInt(node -> node.count("PUT")))
        .orElseThrow();
  }

  /** Lets the bodies go, and waits until everything is stored; the first failure is thrown. */
  void finish() throws Exception {
    gate.countDown();
    for (Future<?> single : singles) {
      single.get(60, TimeUnit.SECONDS);
    }
    List<CompletedPart> completed = new ArrayList<>();
    for (Future<CompletedPart> part : parts) {
      completed.add(part.get(60, TimeUnit.SECONDS));
    }
    s3.completeMultipartUpload(
        complete ->
            complete
                .bucket(bucket)
                .key("large")
                .uploadId(upload)
                .multipartUpload(m -> m.parts(completed)));
  }

  /** Reads everything back. */
  void verify() {
    for (int i = 0; i < SINGLE; i++) {
      assertThat(stored("single" + i)).isEqualTo(OnS3Nodes.bytes(SIZE + i));
    }
    byte[] large = Arrays.copyOf(PART, PART.length + LAST.length);
    System.arraycopy(LAST, 0, large, PART.length, LAST.length);
    assertThat(stored("large")).isEqualTo(large);
  }

  private byte[] stored(String key) {
    return s3.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asByteArray();
  }

  @Override
  public void close() {
    gate.countDown();
    threads.shutdown();
  }
}
