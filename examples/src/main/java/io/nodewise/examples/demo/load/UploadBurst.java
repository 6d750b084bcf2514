package io.nodewise.examples.demo.load;

import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * Large uploads side by side that stand half sent until {@link #release}: so a fault is known to
 * meet uploads on every node. Each is read back, compared and deleted afterwards. {@link #close}
 * waits for that. Thread-safe.
 */
public final class UploadBurst implements AutoCloseable {
  private static final int SIZE = 8 * 1024 * 1024;
  private static final int HOLD_AT = SIZE / 4;
  private static final Duration END_TIMEOUT = Duration.ofMinutes(2);

  private final Recorder recorder;
  private final String bucket;
  private final CountDownLatch reached;
  private final CountDownLatch release = new CountDownLatch(1);
  private final ExecutorService callers;

  UploadBurst(Recorder recorder, String bucket, String prefix, int uploads, long seed) {
    this.recorder = recorder;
    this.bucket = bucket;
    this.reached = new CountDownLatch(uploads);
    this.callers = Executors.newFixedThreadPool(uploads, new NamedThreads("demo-upload"));
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < uploads; i++) {
      StoredObject object = new StoredObject(prefix + i, random.nextLong(), SIZE);
      callers.execute(() -> upload(object));
    }
    callers.shutdown();
  }

  private void upload(StoredObject object) {
    HeldContent body = new HeldContent(object.content(), HOLD_AT, reached, release);
    recorder
        .call(
            Op.UPLOAD,
            SIZE,
            (s3, trace) ->
                s3.putObject(
                    b -> b.bucket(bucket).key(object.key()).overrideConfiguration(trace),
                    RequestBody.fromContentProvider(body, SIZE, "application/octet-stream")),
            answer -> Optional.empty(),
            body.heldNanos())
        .ifPresent(
            done -> {
              Downloads.get(recorder, bucket, object);
              recorder.call(
                  Op.DELETE,
                  0,
                  (s3, trace) ->
                      s3.deleteObject(
                          b -> b.bucket(bucket).key(object.key()).overrideConfiguration(trace)));
            });
  }

  /** Waits until every upload stands half sent, and says whether they do. */
  public boolean awaitHalfSent(Duration timeout) throws InterruptedException {
    return reached.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Lets the uploads go on. */
  public void release() {
    release.countDown();
  }

  @Override
  public void close() {
    release();
    NamedThreads.end(callers, END_TIMEOUT);
  }
}
