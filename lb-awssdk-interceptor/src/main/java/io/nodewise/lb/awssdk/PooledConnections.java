package io.nodewise.lb.awssdk;

import io.nodewise.lb.node.Node;
import java.io.EOFException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/*
 * A pooled connection that its server has closed meanwhile fails like one whose server died at work:
 * the exceptions are the same. What can be told apart is the circumstances. A connection is stale
 * only if it came out of the pool, fails as soon as it is used, and before any answer; and when a
 * node restarts, or its keep-alive ends, only what had been opened by then is stale.
 *
 * So the HTTP client's pool is modelled by counters for each node: an answer read to its end puts a
 * connection in, an attempt takes one out, and it is proven good by an answer. The first attempt that
 * breaks off so on a node begins an event, which excuses as many as there are in the pool at that
 * moment, or out of it and unproven, for as long as they may be in use unchecked. Whatever else breaks
 * off is a fault. So a node that resets everything, or one request in three, is excused as often as it
 * had connections, once in a while, and is found out by the rest.
 *
 * Connections that nobody needs any more are closed, or looked at before they are used, so they must
 * not excuse anything either: else a client would count for ever what it had in its busiest moment.
 * HTTP clients take the one that came back last, so of a pool that never held fewer than so many for
 * a while, that many have lain there all the while. They are struck off: the least count of each
 * window, at its end. That needs no timer and no list.
 *
 * Which of several attempts that begin at the same time got the pooled connection is not known, so
 * the excuses are counted and not given to certain attempts. The counters may be wrong: an HTTP client
 * closes connections without a word, or keeps none. Too many excuse a few faults more, too few excuse
 * less; nothing depends on it but that.
 *
 * The JDK has one pool for the whole JVM, which outlives the HTTP client: what one client has put in
 * another one takes out, so all clients over it have the same counters. It looks at no connection
 * before it is used, however long it lay there, up to the five seconds after which it closes it.
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

  /** The same of the JDK's, which are closed then. */
  private static final long EVENT_OF_JVM = TimeUnit.SECONDS.toNanos(5);

  /** From one event to the next on the same node: it does not restart more often. */
  private static final long BETWEEN = TimeUnit.SECONDS.toNanos(10);

  /** More nodes than any set has; then all is forgotten, which excuses less for a moment. */
  private static final int MOST_NODES = 10_000;

  /**
   * So long a connection may lie in the pool before it counts no more; it is noticed after twice
   * that at most. The HTTP client that we make closes it then. One of the user's may keep it for
   * longer, but has looked at it before its use then, as Apache does; of one that does neither, a
   * few more are held against the node after a long rest.
   */
  private static final long WINDOW = ConnectionDefaults.IDLE.toNanos();

  /** In the words of the native client. */
  private static final List<String> CLOSED =
      List.of("The connection has closed", "socket is closed", "Broken pipe");

  private static final PooledConnections OF_THE_JVM = new PooledConnections(true);

  private final ConcurrentMap<String, Pool> pools = new ConcurrentHashMap<>();
  private final boolean isOfJvm;

  private PooledConnections(boolean isOfJvm) {
    this.isOfJvm = isOfJvm;
  }

  /** Those of one HTTP client with a pool of its own, empty as yet. */
  PooledConnections() {
    this(false);
  }

  /** Those of an HTTP client; the JDK's may be in use already. */
  static PooledConnections of(boolean isOfJdk) {
    return isOfJdk ? OF_THE_JVM : new PooledConnections();
  }

  /** The connections to a node. */
  Pool to(Node node, long now) {
    String key = isOfJvm ? node.uri().toString() : node.id(); // ids are a cluster's own
    Pool known = pools.get(key);
    if (known != null) {
      return known;
    }
    if (pools.size() >= MOST_NODES) {
      pools.clear();
    }
    return pools.computeIfAbsent(key, any -> new Pool(now, isOfJvm ? EVENT_OF_JVM : EVENT));
  }

  /**
   * The connections to one node. Thread-safe. {@code now} is the system's nanoseconds: of any
   * moment since the one that it is about, as nothing here is exact.
   */
  static final class Pool {
    /** Three counts in one, so that each step of an attempt is one change. */
    private static final int BITS = 21; // two million connections to one node

    private static final long MASK = (1L << BITS) - 1;
    private static final long IDLE = 1L << (2 * BITS); // in the pool
    private static final long UNPROVEN = 1L << BITS; // taken out, and no answer yet
    // The lowest bits: the fewest that were idle at once in this window.

    private final long event; // how long one lasts
    private final AtomicLong counts = new AtomicLong(); // by beginnings, answers and ends
    private volatile long windowBegan; // under the monitor
    private boolean any; // event so far; this and the following under the monitor
    private long began;
    private int excuses;

    Pool(long now, long event) {
      this.event = event;
      windowBegan = now;
    }

    /** An attempt begins; whether it takes a connection out, if there is one. */
    boolean take(long now) {
      forget(now);
      long before = counts.get();
      while (before >= IDLE) {
        long after = before - IDLE + UNPROVEN;
        long idle = after / IDLE;
        if (idle < (after & MASK)) {
          after = (after & ~MASK) | idle;
        }
        if (counts.compareAndSet(before, after)) {
          return true;
        }
        before = counts.get();
      }
      return false;
    }

    /** One that was taken out has brought an answer, or never will. */
    void proven() {
      counts.getAndAdd(-UNPROVEN);
    }

    /** An answer was read to its end. */
    void back(long now) {
      forget(now);
      counts.getAndAdd(IDLE);
    }

    /**
     * Whether an attempt that failed before any answer may have failed because its connection was
     * stale; before {@link #proven}. Takes one excuse of the node's.
     *
     * @param since when it began
     */
    boolean isExcused(Throwable failure, long since, long now) {
      return now - since < SOON && isBroken(failure) && excuse(now);
    }

    private synchronized boolean excuse(long now) {
      if (!any || now - began >= BETWEEN) {
        forget(now);
        long all = counts.get();
        excuses = (int) (all / IDLE + ((all / UNPROVEN) & MASK));
        began = now;
        any = excuses > 0;
      }
      return any && now - began < event && excuses-- > 0;
    }

    /** Strikes off what has lain there for too long: a look at the time, but for once a window. */
    private void forget(long now) {
      if (now - windowBegan >= WINDOW) {
        forgetUnused(now);
      }
    }

    private synchronized void forgetUnused(long now) {
      long windows = (now - windowBegan) / WINDOW;
      if (windows < 1) {
        return; // somebody else did it, or saw a later time
      }
      windowBegan += windows * WINDOW;
      long before = counts.get();
      while (!counts.compareAndSet(before, without(before, windows == 1))) {
        before = counts.get();
      }
    }

    /** After a window of which the fewest are known; else nobody was here for a whole one. */
    private static long without(long all, boolean isFewestKnown) {
      long left = isFewestKnown ? all / IDLE - (all & MASK) : 0;
      return (left * IDLE) | (all & (MASK * UNPROVEN)) | left;
    }
  }

  /** Whether the peer's end of the connection was gone, as far as an exception can tell. */
  private static boolean isBroken(Throwable failure) {
    for (@Nullable Throwable t = failure; t != null; t = t.getCause()) {
      String name = t.getClass().getSimpleName();
      String said = String.valueOf(t.getMessage());
      if (t instanceof SocketException
          || t instanceof EOFException
          || t instanceof ClosedChannelException
          || said.startsWith("The connection was closed during the request") // Netty's
          || said.startsWith("Error writing ") // the JDK's: to server, or request body to server
          || (name.equals("HttpException") && CLOSED.stream().anyMatch(said::startsWith))
          || name.equals("NoHttpResponseException")
          || name.equals("ConnectionClosedException")) {
        return true;
      }
    }
    return false;
  }
}
