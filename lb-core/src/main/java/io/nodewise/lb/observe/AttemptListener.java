package io.nodewise.lb.observe;

/**
 * Hears of every attempt that has ended. Called once for each, on the thread that ends it and under
 * no lock of the load balancer's or its adapters': with blocking clients the caller's thread, of a
 * hedge that of the second attempt or of whoever was answered, with asynchronous ones whichever
 * brings the end, mostly an event loop; for an answer that was dropped unread the load balancer's
 * background thread. So several threads may be here at once.
 *
 * <p>What it throws is logged, once for each listener and kind, and changes nothing: neither the
 * attempt nor its request. What it takes is time of whoever called it, so it should be short, and
 * must not wait for what that thread is to bring: on an event loop it must not block. It may use
 * the load balancer, also to close it, and may begin requests, of whose attempts it will hear too.
 */
@FunctionalInterface
public interface AttemptListener {

  /**
   * Whether it wants to hear of attempts just now; asked for each request as it begins, so it
   * should cost next to nothing. Of requests for which all listeners said no nothing is noted.
   * Where another one said yes, this one is told too. Default: true.
   */
  default boolean isListening() {
    return true;
  }

  /** An attempt has ended, and does not count as in flight any more. */
  void onAttempt(AttemptReport report);
}
