package io.nodewise.lb.awssdk;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/*
 * To abort a request is to close what another thread is reading. With Apache and CRT that takes
 * microseconds; the JDK's streams have a lock, and who closes one waits for its reader, who waits for
 * the node. On the balancer's background thread that would hold up the clocks of every other attempt,
 * so it happens here. No thread is started before an attempt is given up.
 */
/**
 * A few threads that abort requests of one synchronous transport, where nobody else waits. Closed
 * by the transport, but takes what comes afterwards, too: requests may outlive it. Thread-safe.
 */
final class AbortThreads implements AutoCloseable {
  /** At once; what comes beyond waits its turn. */
  static final int MOST = 32;

  /** Threads that nobody needed for so many seconds end. */
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor threads;

  /** The threads carry {@code name}. */
  AbortThreads(String name) {
    AtomicInteger number = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            MOST,
            MOST,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              String called = "nodewise-abort-" + name + "-" + number.incrementAndGet();
              Thread thread = new Thread(task, called);
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /** Runs it on a thread of these. */
  void execute(Runnable abort) {
    threads.execute(abort);
  }

  /** Threads end as soon as they have nothing to do. */
  @Override
  public void close() {
    threads.setKeepAliveTime(1, TimeUnit.MILLISECONDS);
  }
}
