package io.nodewise.examples.demo.nodes;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waiting for a state of another process, never longer than told. */
public final class Await {
  private static final long POLL_MILLIS = 20;

  private Await() {}

  /** Polls until the condition holds and returns true, or returns false after the timeout. */
  public static boolean until(Duration timeout, BooleanSupplier condition)
      throws InterruptedException {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > timeout.toNanos()) {
        return false;
      }
      Thread.sleep(POLL_MILLIS);
    }
    return true;
  }
}
