package io.nodewise.examples.demo.load;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One finished call. Times are of {@link System#nanoTime}.
 *
 * @param bytes of the object's content that went over the wire
 * @param heldNanos how long the demo itself held the upload back, which is nobody's latency
 * @param attempts how often the SDK sent it
 * @param lastAttemptNanos when it did so for the last time
 * @param error what the client threw
 * @param corruption how the answer differed from what was uploaded
 */
public record Call(
    Op op,
    long bytes,
    long startNanos,
    long endNanos,
    long heldNanos,
    int attempts,
    long lastAttemptNanos,
    Optional<String> error,
    Optional<String> corruption) {

  /** What the caller waited for the cluster. */
  public long durationNanos() {
    return endNanos - startNanos - heldNanos;
  }

  public boolean overlaps(long fromNanos, long toNanos) {
    return startNanos - toNanos < 0 && endNanos - fromNanos > 0;
  }

  /** What it was, for people. */
  public String summary() {
    String retry =
        attempts > 1
            ? String.format(
                ", attempt %d after %,d ms",
                attempts, TimeUnit.NANOSECONDS.toMillis(lastAttemptNanos - startNanos))
            : "";
    return String.format("%s of %,d KiB%s", op, bytes / 1024, retry);
  }

  /** Calls of one class take about the same time when nothing is broken: operation and size. */
  public String transferClass() {
    return op + "/" + (Long.SIZE - Long.numberOfLeadingZeros(bytes));
  }
}
