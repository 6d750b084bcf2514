package io.nodewise.lb.time;

/**
 * The clock of the library: nanoseconds from an arbitrary origin, to be compared by subtraction
 * only. Thread-safe.
 */
@FunctionalInterface
public interface Ticker {

  /** Nanoseconds now; may be negative, never goes back. */
  long read();

  /** {@link System#nanoTime()}. */
  static Ticker system() {
    return System::nanoTime;
  }
}
