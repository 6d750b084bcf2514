package io.nodewise.lb.cluster;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;

/** A response stream the user holds, until he drops it. */
final class Watch extends PhantomReference<Object> {
  private final RunningAttempt attempt;

  Watch(Object handle, ReferenceQueue<Object> queue, RunningAttempt attempt) {
    super(handle, queue);
    this.attempt = attempt;
  }

  RunningAttempt attempt() {
    return attempt;
  }
}
