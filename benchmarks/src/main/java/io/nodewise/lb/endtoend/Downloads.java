package io.nodewise.lb.endtoend;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.awssdk.LoadBalancedS3;
import io.nodewise.lb.health.HealthCheck;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

/** Downloads of one large object, while the node that serves it is killed or stopped. */
final class Downloads implements AutoCloseable {
  private static final String BUCKET = "downloads";
  private static final String KEY = "large";
  private static final int CHUNK = 64 << 10;
  private static final int SAMPLES = 100;
  private static final int WARM_UP = 3;

  private final StorageCluster cluster;
  private final long size;
  private final long crc;

  private Downloads(StorageCluster cluster, long size, long crc) {
    this.cluster = cluster;
    this.size = size;
    this.crc = crc;
  }

  /** Four nodes, and the object on them. */
  static Downloads of(long size) throws IOException, InterruptedException {
    StorageCluster cluster = StorageCluster.start(4);
    Path content = Files.createTempFile("nodewise-download-", ".bin");
    try {
      long crc = fill(content, size);
      try (S3Client s3 = Arm.client(Arm.of(cluster.node(0).uri()))) {
        s3.createBucket(create -> create.bucket(BUCKET));
        s3.putObject(put -> put.bucket(BUCKET).key(KEY), content);
      }
      for (StorageNode node : cluster.nodes()) {
        warmUp(node, size);
      }
      return new Downloads(cluster, size, crc);
    } catch (IOException | RuntimeException e) {
      cluster.close();
      throw e;
    } finally {
      Files.deleteIfExists(content);
    }
  }

  private static long fill(Path file, long size) throws IOException {
    Random random = new Random(size);
    CRC32 crc = new CRC32();
    byte[] chunk = new byte[CHUNK];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long left = size; left > 0; left -= CHUNK) {
        random.nextBytes(chunk);
        int count = (int) Math.min(left, CHUNK);
        crc.update(chunk, 0, count);
        out.write(chunk, 0, count);
      }
    }
    return crc.getValue();
  }

  /** Servers that have been up for a while: whole objects and parts of them were read before. */
  private static void warmUp(StorageNode node, long size) throws IOException {
    try (S3Client s3 = Arm.client(Arm.of(node.uri()))) {
      for (int i = 0; i < 2 * WARM_UP; i++) {
        String range = "bytes=" + (i % 2 == 0 ? 0 : size / 2) + "-";
        try (InputStream body = s3.getObject(get -> get.bucket(BUCKET).key(KEY).range(range))) {
          body.skipNBytes(size / 2);
        }
      }
    }
  }

  /**
   * One download by a new client; afterwards all nodes serve again.
   *
   * @throws IOException if it failed, or a byte was wrong
   */
  Download run(DownloadFault fault) throws IOException, InterruptedException {
    if (fault == DownloadFault.PLAIN) {
      try (S3Client s3 = Arm.client(Arm.of(cluster.node(0).uri()))) {
        return read(fault, s3, null);
      }
    }
    try (LoadBalancer balancer =
            LoadBalancer.builder()
                .nodes(cluster.uris().stream().map(URI::toString).toArray(String[]::new))
                .healthCheck(HealthCheck.http(StorageNodeMain.HEALTH_PATH))
                .build();
        S3Client s3 = Arm.client(LoadBalancedS3.builder(balancer))) {
      if (!balancer.awaitReady(Duration.ofSeconds(30), cluster.nodes().size())) {
        throw new IOException("not ready: " + balancer);
      }
      return read(fault, s3, balancer);
    }
  }

  private Download read(DownloadFault fault, S3Client s3, @Nullable LoadBalancer balancer)
      throws IOException, InterruptedException {
    s3.headObject(head -> head.bucket(BUCKET).key(KEY)); // a connection, and warm code
    List<Double> moments = new ArrayList<>(fault.moments());
    List<Double> struck = new ArrayList<>();
    List<Download.Progress> progress = new ArrayList<>();
    Set<StorageNode> down = new LinkedHashSet<>();
    List<CompletableFuture<Void>> strikes = new ArrayList<>();
    CRC32 found = new CRC32();
    byte[] chunk = new byte[CHUNK];
    long came = 0;
    long began = System.nanoTime();
    try (InputStream body = s3.getObject(get -> get.bucket(BUCKET).key(KEY))) {
      for (int n = body.read(chunk); n >= 0; n = body.read(chunk)) {
        found.update(chunk, 0, n);
        came += n;
        if (came * SAMPLES / size > progress.size()) {
          progress.add(new Download.Progress(since(began), came));
        }
        if (!moments.isEmpty() && balancer != null && came >= moments.get(0) * size) {
          StorageNode serving = serving(balancer);
          if (down.add(serving)) { // else what comes is still of the node that was struck last
            moments.remove(0);
            struck.add(since(began));
            strikes.add(CompletableFuture.runAsync(() -> strike(fault, serving)));
          }
        }
      }
    }
    double seconds = since(began);
    strikes.forEach(CompletableFuture::join);
    for (StorageNode node : down) {
      fault.heal(node); // side by side
    }
    for (StorageNode node : down) {
      node.awaitReady();
      warmUp(node, size);
    }
    if (came != size || found.getValue() != crc) {
      throw new IOException(fault + ": " + came + " of " + size + " bytes, or wrong ones");
    }
    long resumes = balancer == null ? 0 : balancer.snapshot().resumes();
    return new Download(fault, seconds, resumes, struck, progress);
  }

  private static double since(long began) {
    return (System.nanoTime() - began) / 1e9;
  }

  private StorageNode serving(LoadBalancer balancer) throws IOException {
    NodeSnapshot busy =
        balancer.snapshot().nodes().stream()
            .filter(node -> node.inFlight() > 0)
            .findFirst()
            .orElseThrow(() -> new IOException("nobody serves: " + balancer.snapshot().toTable()));
    return cluster.nodes().stream()
        .filter(node -> node.authority().equals(busy.node().id()))
        .findFirst()
        .orElseThrow();
  }

  /** Beside the download, which goes on with what is on its way. */
  private static void strike(DownloadFault fault, StorageNode node) {
    try {
      fault.strike(node);
    } catch (IOException e) {
      throw new IllegalStateException("could not strike " + node.authority(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    cluster.close();
  }
}
