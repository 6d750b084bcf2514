package io.nodewise.lb.endtoend;

/**
 * One call of an open load.
 *
 * @param due when it should have started, on the clock of {@link System#nanoTime()}
 * @param end when it was over
 * @param succeeded whether it did what it should
 */
record CallRecord(long due, long end, boolean succeeded) {
  /** From when it should have started, so that what waits for a thread counts as waiting. */
  long nanos() {
    return end - due;
  }
}
