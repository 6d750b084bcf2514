package io.nodewise.lb.awssdk;

import io.nodewise.lb.node.Node;
import java.io.EOFException;
import java.net.SocketException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/*
 * A pooled connection that its server has closed meanwhile fails like one whose server died at work:
 * the exceptions are the same. What can be told apart is the circumstances. A connection is stale
 * only if it came out of the pool, fails as soon as it is used, and before any answer; and when a
 * node restarts, or its keep-alive ends, only what had been opened by then is stale.
 *
 * So the HTTP client's pool is modelled by counters for each node: an answer read to its end puts a
 * connection in, an attempt takes one out, and it is proven good by an answer. The first attempt that
 * breaks off so on a node begins an event, which excuses as many as there are unproven connections at
 * that moment, for as long as they may be in use unchecked. Whatever else breaks off is a fault. So
 * a node that resets everything, or one request in three, is excused as often as it had connections,
 * once in a while, and is found out by the rest.
 *
 * Which of several attempts that begin at the same time got the pooled connection is not known, so
 * the excuses are counted and not given to certain attempts. The counters may be wrong: an HTTP client
 * closes connections without a word, or keeps none. Too many excuse a few faults more, too few excuse
 * less; nothing depends on it but that.
 *
 * An excuse says nothing about the request. The node may have carried it out, so it is repeated only
 * where any lost reply is, and confirmed as one.
 */
/** Which connections of an HTTP client may be stale. Thread-safe. */
final class PooledConnections {
  /**
   * How long after its beginning an attempt may break off for a stale connection: the first bytes
   * have to get there and a reset back, through whatever else the client is busy with.
   */
  private static final long SOON = TimeUnit.SECONDS.toNanos(1);

  /**
   * How long an event lasts. Connections idle for longer are looked at by the HTTP client before
   * they are used (Apache: from 2 s on).
   */
  private static final long EVENT = TimeUnit.SECONDS.toNanos(2);

  /** From one event to the next on the same node: it does not restart more often. */
  private static final long BETWEEN = TimeUnit.SECONDS.toNanos(10);

  /** More nodes than any set has; then all is forgotten, which excuses less for a moment. */
  private static final int MOST_NODES = 10_000;

  /** Those to one node. */
  private static final class Pool {
    final AtomicInteger idle = new AtomicInteger(); // by beginnings and ends of attempts
    final AtomicInteger unproven = new AtomicInteger(); // taken out; by beginnings and answers
    private boolean any; // event so far; this and the following under the monitor
    private long began;
    private int excuses;

    synchronized boolean excuse(long now) {
      if (!any || now - began >= BETWEEN) {
        excuses = idle.get() + unproven.get();
        began = now;
        any = excuses > 0;
      }
      return any && now - began < EVENT && excuses-- > 0;
    }
  }

  private final ConcurrentMap<String, Pool> pools = new ConcurrentHashMap<>();

  /** An attempt begins; whether it takes a connection out, if there is one. */
  boolean take(Node node) {
    Pool pool = of(node);
    int before = pool.idle.get();
    while (before > 0) {
      if (pool.idle.compareAndSet(before, before - 1)) {
        pool.unproven.getAndIncrement();
        return true;
      }
      before = pool.idle.get();
    }
    return false;
  }

  /** One that was taken out has brought an answer, or never will. */
  void proven(Node node) {
    of(node).unproven.getAndDecrement();
  }

  /** An answer was read to its end. */
  void back(Node node) {
    of(node).idle.getAndIncrement();
  }

  private Pool of(Node node) {
    Pool known = pools.get(node.id());
    if (known != null) {
      return known;
    }
    if (pools.size() >= MOST_NODES) {
      pools.clear();
    }
    return pools.computeIfAbsent(node.id(), id -> new Pool());
  }

  /**
   * Whether an attempt that failed before any answer may have failed because its connection was
   * stale; before {@link #proven}. Takes one excuse of the node's.
   *
   * @param began when it did, by the system's nanoseconds
   */
  boolean isExcused(Node node, Exception failure, long began, long now) {
    return now - began < SOON && isBroken(failure) && of(node).excuse(now);
  }

  /** Whether the peer's end of the connection was gone, as far as an exception can tell. */
  private static boolean isBroken(Exception failure) {
    for (@Nullable Throwable t = failure; t != null; t = t.getCause()) {
      String name = t.getClass().getSimpleName();
      if (t instanceof SocketException
          || t instanceof EOFException
          || name.equals("NoHttpResponseException")
          || name.equals("ConnectionClosedException")) {
        return true;
      }
    }
    return false;
  }
}
