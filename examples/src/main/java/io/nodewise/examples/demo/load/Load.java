package io.nodewise.examples.demo.load;

import io.nodewise.examples.demo.client.ClientUnderTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The load: workers that make paced, checked calls from {@link #start} until {@link #stop}, and
 * bursts of uploads on demand. Used by one thread.
 */
public final class Load implements AutoCloseable {
  private static final String BUCKET = "demo";

  /**
   * More than are busy at any time when all is well, so that a slow call does not slow the load.
   */
  private static final int WORKERS = 12;

  /** Even a plain client's longest time-outs end within this. */
  private static final Duration END_TIMEOUT = Duration.ofMinutes(3);

  private final ClientUnderTest client;
  private final Recorder recorder;
  private final Pacer pacer;
  private final long seed;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(WORKERS, new NamedThreads("demo-worker"));
  private final List<Future<@Nullable Void>> workers = new ArrayList<>();
  private final AtomicInteger bursts = new AtomicInteger();

  public Load(ClientUnderTest client, CallLog log, int callsPerSecond, long seed) {
    this.client = client;
    this.recorder = new Recorder(client, log);
    this.pacer = new Pacer(callsPerSecond);
    this.seed = seed;
  }

  /** Makes the bucket and lets the workers loose. */
  public void start() {
    client.s3().createBucket(b -> b.bucket(BUCKET));
    for (int i = 0; i < WORKERS; i++) {
      String prefix = String.format("worker-%02d/", i);
      workers.add(threads.submit(new Worker(recorder, pacer, BUCKET, prefix, seed + i)));
    }
    threads.shutdown();
  }

  /** Starts large uploads that stand half sent until they are released. */
  public UploadBurst burst(int uploads) {
    int number = bursts.incrementAndGet();
    String prefix = String.format("burst-%02d/", number);
    return new UploadBurst(recorder, BUCKET, prefix, uploads, seed - number);
  }

  /**
   * Ends the load: the workers finish their calls and read back everything they stored.
   *
   * @throws IllegalStateException if a worker broke or did not come to an end
   */
  public void stop() throws InterruptedException {
    pacer.stop();
    long deadline = System.nanoTime() + END_TIMEOUT.toNanos();
    for (Future<@Nullable Void> worker : workers) {
      try {
        worker.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        throw new IllegalStateException("a worker of the load broke", e.getCause());
      } catch (TimeoutException e) {
        throw new IllegalStateException("a call hangs for more than " + END_TIMEOUT, e);
      }
    }
  }

  @Override
  public void close() {
    pacer.stop();
    threads.shutdownNow();
    NamedThreads.end(threads, Duration.ofSeconds(10));
  }
}
