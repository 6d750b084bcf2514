package io.nodewise.lb.okhttp;

import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.EventListener;
import okio.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The call the user made, as its attempts see it: when it is canceled, so are the attempts that
 * run, and an attempt gets what is left of its time. Thread-safe.
 */
final class UserCall extends EventListener {
  private static final long NO_LIMIT = Long.MAX_VALUE;

  private final Call call;
  private final long began = System.nanoTime();
  private final long limit; // nanoseconds from began
  private volatile @Nullable Call running; // by the thread of the call
  private volatile @Nullable Call beside; // by the thread of a second attempt

  private UserCall(Call call) {
    this.call = call;
    this.limit = limit(call.timeout(), began);
  }

  static UserCall of(Call call) {
    UserCall watched = new UserCall(call);
    call.addEventListener(watched);
    return watched;
  }

  private static long limit(Timeout timeout, long now) {
    long nanos = timeout.timeoutNanos() == 0 ? NO_LIMIT : timeout.timeoutNanos();
    return timeout.hasDeadline() ? Math.min(nanos, timeout.deadlineNanoTime() - now) : nanos;
  }

  /** Ties an attempt to the call, to the end of its response body. */
  void run(Call attempt) {
    limit(attempt);
    running = attempt;
    cancelIfOver(attempt);
  }

  /** The same of an attempt beside the one that {@link #run runs}. */
  void runBeside(Call attempt) {
    limit(attempt);
    beside = attempt;
    cancelIfOver(attempt);
  }

  /** The answer of this attempt, which has been tied to the call, is what the user gets. */
  void goesOnWith(Call attempt) {
    running = attempt;
    cancelIfOver(attempt);
  }

  private void limit(Call attempt) {
    if (limit != NO_LIMIT) {
      long left = Math.max(1, limit - (System.nanoTime() - began));
      attempt.timeout().timeout(left, TimeUnit.NANOSECONDS);
    }
  }

  /** It may have been canceled just before the attempt was known here. */
  private void cancelIfOver(Call attempt) {
    if (call.isCanceled()) {
      attempt.cancel();
    }
  }

  /** Whether nobody waits for an answer any more. */
  boolean isOver() {
    return call.isCanceled() || System.nanoTime() - began >= limit;
  }

  @Override
  public void canceled(Call canceled) {
    cancel(running);
    cancel(beside);
  }

  private static void cancel(@Nullable Call attempt) {
    if (attempt != null) {
      attempt.cancel();
    }
  }
}
