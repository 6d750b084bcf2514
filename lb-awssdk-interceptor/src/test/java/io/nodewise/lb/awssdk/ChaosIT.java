package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.routing.BalancingPolicy;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Every operation on three nodes to which everything happens, and one that is well: no call fails,
 * no byte differs, nothing is left behind.
 */
class ChaosIT extends OnS3Nodes {
  private static final int THREADS = 8;
  private static final int ROUNDS = 12;
  private static final byte[] PART = bytes(5 << 20);

  private static final List<Fault> FAULTS =
      List.of(
          Fault.resetRequest(0),
          Fault.resetRequest(700),
          Fault.resetRequest(30_000),
          Fault.loseReply(),
          Fault.resetReply(10),
          Fault.resetReply(20_000),
          Fault.cutReply(0),
          Fault.cutReply(20_000),
          Fault.delayReply(200),
          Fault.slowReply(5_000_000));

  private final AtomicInteger calls = new AtomicInteger();

  @Test
  void noCallFailsAndNoByteDiffers() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    // Everything that would keep requests away from the bad nodes is switched off, as far as it
    // goes.
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .policy(BalancingPolicy.roundRobin())
                .slowStart(SlowStart.over(Duration.ZERO))
                .outlierDetection(
                    OutlierDetection.builder()
                        .consecutiveFaults(1000)
                        .failureFraction(1)
                        .baseEjection(Duration.ofMillis(50))
                        .build())
                .healthCheck(quickProbes().toBuilder().rise(1).build()));
    S3Client s3 = client(cluster);
    AtomicBoolean over = new AtomicBoolean();
    Thread chaos = new Thread(() -> chaos(new Random(seed), over), "chaos");
    chaos.start();
    try {
      inParallel(THREADS, THREADS * ROUNDS, i -> round(s3, "k" + i, new Random(seed + i)));
    } finally {
      over.set(true);
      chaos.join();
    }

    assertIdle(cluster);
    System.out.printf("chaos: %d calls, %s%n", calls.get(), cluster.snapshot());
    assertThat(cluster.snapshot().failovers()).isPositive();
  }

  private void chaos(Random random, AtomicBoolean over) {
    try {
      while (!over.get()) {
        FaultProxy node = nodes.get(random.nextInt(3));
        switch (random.nextInt(25)) {
          case 0 -> {
            node.kill();
            TimeUnit.MILLISECONDS.sleep(random.nextInt(400));
            node.pass();
          }
          case 1 -> {
            node.hang();
            TimeUnit.MILLISECONDS.sleep(random.nextInt(400));
            node.pass();
          }
          default -> {
            node.next(FAULTS.get(random.nextInt(FAULTS.size())));
            TimeUnit.MILLISECONDS.sleep(random.nextInt(20));
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void round(S3Client s3, String key, Random random) {
    byte[] content = bytes(1 + random.nextInt(200_000));

    put(s3, key, content);
    assertThat(get(s3, key)).isEqualTo(content);
    assertThat(s3.headObject(head -> head.bucket(bucket).key(key)).contentLength())
        .isEqualTo(content.length);
    s3.copyObject(
        copy ->
            copy.sourceBucket(bucket)
                .sourceKey(key)
                .destinationBucket(bucket)
                .destinationKey(key + "-copy"));
    assertThat(s3.listObjectsV2(list -> list.bucket(bucket).prefix(key + "-")).contents())
        .hasSize(1);
    s3.deleteObject(delete -> delete.bucket(bucket).key(key + "-copy"));
    s3.putObject(
        put -> put.bucket(bucket).key(key + "-once").ifNoneMatch("*"),
        RequestBody.fromBytes(content));
    calls.addAndGet(7);
    if (random.nextInt(4) == 0) {
      multipart(s3, key + "-big", PART, content);
    }
  }

  private void multipart(S3Client s3, String key, byte[] first, byte[] second) {
    String id = s3.createMultipartUpload(create -> create.bucket(bucket).key(key)).uploadId();
    List<CompletedPart> parts = List.of(part(s3, key, id, 1, first), part(s3, key, id, 2, second));
    s3.completeMultipartUpload(
        complete ->
            complete.bucket(bucket).key(key).uploadId(id).multipartUpload(m -> m.parts(parts)));
    byte[] whole = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, whole, first.length, second.length);
    assertThat(get(s3, key)).isEqualTo(whole);
    calls.addAndGet(5);
  }

  private CompletedPart part(S3Client s3, String key, String id, int number, byte[] content) {
    String tag =
        s3.uploadPart(
                upload -> upload.bucket(bucket).key(key).uploadId(id).partNumber(number),
                RequestBody.fromBytes(content))
            .eTag();
    return CompletedPart.builder().partNumber(number).eTag(tag).build();
  }
}
