package io.nodewise.lb.endtoend;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.awssdk.LoadBalancedS3;
import io.nodewise.lb.health.HealthCheck;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.FileTransformerConfiguration;
import software.amazon.awssdk.core.FileTransformerConfiguration.FailureBehavior;
import software.amazon.awssdk.core.FileTransformerConfiguration.FileWriteOption;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.transfer.s3.S3TransferManager;
import software.amazon.awssdk.transfer.s3.model.DownloadRequest;
import software.amazon.awssdk.transfer.s3.progress.TransferListener;

/** One large file up and down by the SDK's transfer manager, while a node is killed. */
final class Transfers implements AutoCloseable {
  private static final String BUCKET = "transfers";
  private static final String KEY = "large";
  private static final int CHUNK = 1 << 20;
  private static final int NODES = 4;
  private static final int RANGES_AT_ONCE = 8;

  /** The part of the bytes after which a node is killed. */
  private static final double MOMENT = 0.4;

  private final StorageCluster cluster;
  private final Path folder;
  private final Path file;
  private final long size;
  private final long part;

  private Transfers(StorageCluster cluster, Path folder, Path file, long size, long part) {
    this.cluster = cluster;
    this.folder = folder;
    this.file = file;
    this.size = size;
    this.part = part;
  }

  /** Four nodes, and a file to send. */
  static Transfers of(long size, long part) throws IOException, InterruptedException {
    StorageCluster cluster = StorageCluster.start(NODES);
    Path folder = Files.createTempDirectory("nodewise-transfer-");
    try {
      Path file = folder.resolve("up.bin");
      Random random = new Random(size);
      byte[] chunk = new byte[CHUNK];
      try (OutputStream out = Files.newOutputStream(file)) {
        for (long left = size; left > 0; left -= CHUNK) {
          random.nextBytes(chunk);
          out.write(chunk, 0, (int) Math.min(left, CHUNK));
        }
      }
      return new Transfers(cluster, folder, file, size, part);
    } catch (IOException | RuntimeException e) {
      cluster.close();
      StorageCluster.delete(folder);
      throw e;
    }
  }

  /**
   * Up, and down again; on each way a node is killed, which is back before the next way.
   *
   * @throws IOException if a transfer failed, or a byte was wrong
   */
  List<TransferRun> run() throws IOException, InterruptedException {
    FailedAttempts failed = new FailedAttempts();
    try (LoadBalancer balancer =
            LoadBalancer.builder()
                .nodes(cluster.uris().stream().map(URI::toString).toArray(String[]::new))
                .healthCheck(HealthCheck.http(StorageNodeMain.HEALTH_PATH))
                .build();
        S3AsyncClient s3 =
            LoadBalancedS3.asyncBuilder(balancer)
                .region(Region.US_EAST_1)
                .credentialsProvider(
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(
                            StorageNodeMain.ACCESS_KEY, StorageNodeMain.SECRET_KEY)))
                .multipartEnabled(true)
                .multipartConfiguration(parts -> parts.minimumPartSizeInBytes(part))
                .build();
        S3TransferManager transfers = S3TransferManager.builder().s3Client(s3).build()) {
      if (!balancer.awaitReady(Duration.ofSeconds(30), NODES)) {
        throw new IOException("not ready: " + balancer);
      }
      balancer.listeners().add(failed);
      s3.createBucket(create -> create.bucket(BUCKET)).join();
      Path copy = folder.resolve("down.bin");
      List<TransferRun> runs = new ArrayList<>();
      runs.add(
          transfer(
              "up",
              balancer,
              failed,
              strike ->
                  transfers
                      .uploadFile(
                          up ->
                              up.source(file)
                                  .addTransferListener(strike)
                                  .putObjectRequest(put -> put.bucket(BUCKET).key(KEY)))
                      .completionFuture()
                      .join()));
      bringBack(runs.get(0), balancer);
      runs.add(transfer("down", balancer, failed, strike -> download(transfers, copy, strike)));
      if (Files.mismatch(file, copy) >= 0) {
        throw new IOException("byte " + Files.mismatch(file, copy) + " is wrong");
      }
      Files.delete(copy);
      return runs;
    }
  }

  /** Ranges, since S3Proxy can't answer for a part by its number, as multipart downloads ask. */
  private void download(S3TransferManager transfers, Path copy, Strike strike) throws IOException {
    Files.createFile(copy);
    ExecutorService atOnce = Executors.newFixedThreadPool(RANGES_AT_ONCE);
    try {
      List<CompletableFuture<Void>> ranges = new ArrayList<>();
      for (long first = 0; first < size; first += part) {
        long from = first;
        long to = Math.min(size, first + part);
        ranges.add(
            CompletableFuture.runAsync(
                () -> {
                  range(transfers, copy, from, to);
                  strike.transferred(to - from);
                },
                atOnce));
      }
      CompletableFuture.allOf(ranges.toArray(CompletableFuture[]::new)).join();
    } finally {
      atOnce.shutdownNow();
    }
  }

  private static void range(S3TransferManager transfers, Path copy, long from, long to) {
    FileTransformerConfiguration toItsPlace =
        FileTransformerConfiguration.builder()
            .fileWriteOption(FileWriteOption.WRITE_TO_POSITION)
            .position(from)
            .failureBehavior(FailureBehavior.LEAVE)
            .build();
    transfers
        .download(
            DownloadRequest.builder()
                .getObjectRequest(
                    get -> get.bucket(BUCKET).key(KEY).range("bytes=" + from + "-" + (to - 1)))
                .responseTransformer(AsyncResponseTransformer.toFile(copy, toItsPlace))
                .build())
        .completionFuture()
        .join();
  }

  /** A transfer that tells the strike how far it is, and is over when this returns. */
  private interface Way {
    void go(Strike strike) throws IOException;
  }

  private TransferRun transfer(String way, LoadBalancer balancer, FailedAttempts failed, Way over)
      throws IOException, InterruptedException {
    failed.forget();
    Strike strike = new Strike(balancer, (long) (size * MOMENT));
    List<NodeSnapshot> before = balancer.snapshot().nodes();
    long failovers = balancer.snapshot().failovers();
    long resumes = balancer.snapshot().resumes();
    long began = System.nanoTime();
    try {
      over.go(strike);
    } catch (CompletionException e) {
      throw new IOException(way + " failed: " + balancer.snapshot().toTable(), e);
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    int victim = strike.victim();
    List<TransferRun.Share> shares = new ArrayList<>();
    List<NodeSnapshot> after = balancer.snapshot().nodes();
    for (int i = 0; i < after.size(); i++) {
      shares.add(
          new TransferRun.Share(
              after.get(i).node().id(),
              after.get(i).attempts() - before.get(i).attempts(),
              after.get(i).faults() - before.get(i).faults(),
              i == victim,
              failed.at(after.get(i).node().id())));
    }
    return new TransferRun(
        way,
        size,
        seconds,
        balancer.snapshot().failovers() - failovers,
        balancer.snapshot().resumes() - resumes,
        shares);
  }

  private void bringBack(TransferRun run, LoadBalancer balancer)
      throws IOException, InterruptedException {
    for (int i = 0; i < NODES; i++) {
      if (run.shares().get(i).killed()) {
        cluster.node(i).start();
        cluster.node(i).awaitReady();
      }
    }
    if (!balancer.awaitReady(Duration.ofSeconds(60), NODES)) {
      throw new IOException("not back: " + balancer);
    }
  }

  /** Kills the node that has most to do once so many bytes are over. */
  private final class Strike implements TransferListener {
    private final LoadBalancer balancer;
    private final long after;
    private final AtomicLong sum = new AtomicLong();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CompletableFuture<Integer> done = new CompletableFuture<>();

    Strike(LoadBalancer balancer, long after) {
      this.balancer = balancer;
      this.after = after;
    }

    @Override
    public void bytesTransferred(Context.BytesTransferred context) {
      reached(context.progressSnapshot().transferredBytes());
    }

    void transferred(long bytes) {
      reached(sum.addAndGet(bytes));
    }

    private void reached(long bytes) {
      if (bytes >= after && begun.compareAndSet(false, true)) {
        CompletableFuture.runAsync(this::kill);
      }
    }

    private void kill() {
      try {
        List<NodeSnapshot> nodes = balancer.snapshot().nodes();
        int victim = 0;
        for (int i = 1; i < nodes.size(); i++) {
          victim = nodes.get(i).inFlight() > nodes.get(victim).inFlight() ? i : victim;
        }
        cluster.node(victim).kill();
        done.complete(victim);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        done.completeExceptionally(e);
      } catch (IOException | RuntimeException e) {
        done.completeExceptionally(e);
      }
    }

    /** The one that was killed, once it is dead. */
    int victim() throws IOException {
      try {
        return done.orTimeout(30, TimeUnit.SECONDS).join();
      } catch (CompletionException e) {
        throw new IOException("no node was killed", e);
      }
    }
  }

  @Override
  public void close() {
    cluster.close();
    StorageCluster.delete(folder);
  }
}
