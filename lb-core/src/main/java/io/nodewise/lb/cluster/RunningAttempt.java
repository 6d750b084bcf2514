package io.nodewise.lb.cluster;

import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.Timeouts;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The thread that does the I/O says what it is about to wait for (phase) and that bytes moved
 * (progress): opaque writes, no clock. The sweeper comes by every tick, sees whether either changed
 * since the last time, and so knows, to within a tick, for how long the attempt has been silent.
 *
 * end() is won by one caller, by compare-and-set. An attempt the sweeper gave up carries the verdict
 * of the sweeper; the exception that the abort caused is only its echo.
 *
 * What waits for its caller costs the node next to nothing, so it is not to keep others out: the
 * sweeper parks it, and counts it in again when it is read on. The reader has no part in that; who
 * ends an attempt learns, by the one exchange that ends it, whether it was parked, and gives back
 * what it still has. So every count is undone once, by whichever of the two threads comes second.
 *
 *            parked by the sweeper
 *   COUNTED <=====================> PARKED      each by compare-and-set
 *       \\                          /
 *        `------> ENDED <----------'            by exchange: one caller wins
 *
 * The attempt is reachable from the sweeper, so it must not reach the response stream the user
 * holds: the abort action holds the request, the watch a phantom reference.
 */
/** One try of one request on one node, as the sweeper sees it. */
public abstract class RunningAttempt {

  /** What the attempt is waiting for. */
  protected enum Phase {
    /** For the caller's own request body; nobody's fault. */
    LOCAL(false),
    /** For the node to take the connection, the headers or the next bytes of the body. */
    SENDING(true),
    /** For the first byte of the answer, everything having been sent. */
    WAITING(true),
    /** For the caller to read on; nobody's fault. */
    IDLE(false),
    /** For more bytes of the answer. */
    READING(true);

    final boolean onNode;

    Phase(boolean onNode) {
      this.onNode = onNode;
    }
  }

  private static final Logger log = LoggerFactory.getLogger(RunningAttempt.class);
  private static final VarHandle PHASE;
  private static final VarHandle PROGRESS;
  private static final VarHandle STANDING;

  private static final int COUNTED = 0;
  private static final int PARKED = 1;
  private static final int ENDED = 2;

  /** So long nothing but its caller must have kept an attempt, before it is parked. */
  private static final long PARKED_AFTER = TimeUnit.SECONDS.toNanos(1);

  /**
   * Bytes a second below which an answer is read slowly. A thousand such readers fill a line of one
   * gigabit, so what is not counted for them does not add up to a loaded node.
   */
  private static final long SLOW_READER = 128 << 10;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      PHASE = lookup.findVarHandle(RunningAttempt.class, "phase", Phase.class);
      PROGRESS = lookup.findVarHandle(RunningAttempt.class, "progress", long.class);
      STANDING = lookup.findVarHandle(RunningAttempt.class, "standing", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final LiveNode node;
  private final Sweeper sweeper;
  private final @Nullable Timeouts own;
  private final long started;
  private final boolean read;
  private final boolean hasAlternative;
  private final int era;
  private final int slot;

  @SuppressWarnings("UnusedVariable") // through PHASE: by the I/O thread
  private Phase phase;

  @SuppressWarnings("UnusedVariable") // through PROGRESS: by the I/O thread
  private long progress;

  @SuppressWarnings("UnusedVariable") // through STANDING: by the sweeper and whoever ends it
  private int standing;

  private volatile boolean answered; // by the I/O thread
  private volatile @Nullable Runnable abort; // by the I/O thread
  private volatile @Nullable Outcome verdict; // by the sweeper, once
  private volatile @Nullable Watch watch; // by the I/O thread, once

  // The sweeper's own notes.
  private @Nullable Phase seenPhase;
  private long seenProgress;
  private long silentSince;
  private long paceSince; // when the present look at the reader's pace began ...
  private long paceFrom; // ... and the progress then

  /**
   * An attempt that begins now, on a node it has been counted in on.
   *
   * @param own the clocks it has instead of the cluster's, or null
   * @param hasAlternative whether it is the first one of its request and there is another node
   */
  protected RunningAttempt(
      LiveNode node,
      Sweeper sweeper,
      @Nullable Timeouts own,
      boolean hasBody,
      boolean read,
      boolean hasAlternative) {
    this.own = own;
    this.hasAlternative = hasAlternative;
    this.node = node;
    this.sweeper = sweeper;
    this.read = read;
    this.phase = hasBody ? Phase.SENDING : Phase.WAITING;
    this.started = sweeper.now();
    this.silentSince = started;
    this.paceSince = started;
    this.era = node.era();
    this.slot = sweeper.begun(this);
  }

  /** The node with its counters. */
  protected final LiveNode live() {
    return node;
  }

  /** Says what is waited for from now on. */
  protected final void enter(Phase next) {
    enter(next, 0);
  }

  /** The same, so many bytes of the answer having been read. */
  protected final void enter(Phase next, long bytes) {
    PHASE.setOpaque(this, next);
    PROGRESS.setOpaque(this, (long) PROGRESS.getOpaque(this) + 1 + bytes);
  }

  /**
   * Takes note of the answer's first byte; further calls do nothing, and return false.
   *
   * @param isServed whether it is no error of the node, so that its time counts
   */
  protected final boolean answered(boolean isServed) {
    if (answered) {
      return false;
    }
    answered = true;
    if (read && isServed) {
      long now = sweeper.now();
      node.firstByte(now - started, now);
    }
    enter(Phase.IDLE);
    if (node.watched()) {
      sweeper.answered(node, era);
    }
    return true;
  }

  /** How to unblock the I/O thread; run at once if the attempt was given up before. */
  protected final void abortWith(Runnable action) {
    abort = action;
    if (verdict != null) {
      action.run();
    }
  }

  /** Ends the attempt when nobody can reach {@code handle} any more. */
  protected final void watch(Object handle) {
    Watch made = sweeper.watch(handle, this);
    watch = made;
    if (hasEnded()) {
      made.clear();
    }
  }

  /** The verdict of the sweeper, or null if the attempt was not given up. */
  public final @Nullable Outcome verdict() {
    return verdict;
  }

  /** Counts the attempt out; false if it had ended before. */
  protected final boolean finish(Outcome outcome) {
    int before = (int) STANDING.getAndSet(this, ENDED);
    if (before == ENDED) {
      return false;
    }
    Outcome known = verdict;
    sweeper.ended(slot);
    if (before == PARKED) {
      node.unpark(); // first: for a moment one too many is counted, and not one too few
      node.end();
    } else {
      node.end();
      gaveItsPlace();
    }
    Watch watching = watch;
    if (watching != null) {
      watching.clear();
    }
    abort = null;
    Outcome told = known == null || outcome.kind() == Outcome.Kind.SUCCESS ? outcome : known;
    sweeper.report(node, told, era, read);
    reported(told);
    return true;
  }

  /** It has been counted out, and this is what it came to; under no lock. */
  protected void reported(Outcome outcome) {}

  /** Nanoseconds since it began. */
  protected final long age() {
    return sweeper.now() - started;
  }

  /** It does not count any more, having ended or been parked. */
  private void gaveItsPlace() {
    if (era != node.era()) {
      node.endedFromBefore();
    }
    sweeper.left(); // last: whoever waits for a place finds it free
  }

  /** Counts the attempt out because another one of its request was answered first. */
  protected final void finishAsLoser() {
    if (finish(Outcome.cancelled("another node answered first")) && read && !answered) {
      long now = sweeper.now();
      sweeper.lost(node, now - started, now);
    }
  }

  private boolean hasEnded() {
    return (int) STANDING.getVolatile(this) == ENDED;
  }

  // The sweeper's side; only its thread.

  /** For how long nothing has moved, and what is waited for. */
  final long silence(long now) {
    Phase nowPhase = (Phase) PHASE.getOpaque(this);
    long nowProgress = (long) PROGRESS.getOpaque(this);
    if (nowPhase != seenPhase || nowProgress != seenProgress) {
      if (seenPhase != null || nowProgress != 0) {
        silentSince = now;
      }
      seenPhase = nowPhase;
      seenProgress = nowProgress;
    }
    return now - silentSince;
  }

  /**
   * Parks it where its caller reads nothing, or slowly, and takes that back where he reads on;
   * after {@link #silence}. A reader found waiting for the node is not slow by himself.
   */
  final void park(long now) {
    boolean slow = seenPhase == Phase.IDLE && seenProgress - paceFrom <= SLOW_READER;
    if (slow && now - paceSince < PARKED_AFTER) {
      return;
    }
    paceSince = now;
    paceFrom = seenProgress;
    if (slow) {
      if (STANDING.compareAndSet(this, COUNTED, PARKED)) {
        node.park();
        gaveItsPlace();
      }
    } else if ((int) STANDING.getOpaque(this) == PARKED
        && STANDING.compareAndSet(this, PARKED, COUNTED)) {
      node.unpark();
      sweeper.back();
      if (era != node.era()) {
        node.backFromBefore();
      }
    }
  }

  /** The clocks it has instead of the cluster's, or null. */
  final @Nullable Timeouts own() {
    return own;
  }

  /** So long nobody could have seen anything move, if it had begun by then. */
  final void forgive(long nanos, long now) {
    silentSince += Math.min(nanos, now - silentSince);
  }

  final Phase seenPhase() {
    Phase seen = seenPhase;
    return seen == null ? Phase.WAITING : seen;
  }

  /** Whether the request changes nothing, so that another node may be asked for nothing. */
  final boolean isRead() {
    return read;
  }

  /** Whether it is the first attempt of a request that could go on elsewhere. */
  final boolean hasAlternative() {
    return hasAlternative;
  }

  final LiveNode node0() {
    return node;
  }

  /** Gives the attempt up: its I/O thread gets an exception, and the verdict with it. */
  final void giveUp(Outcome why) {
    if (verdict != null || hasEnded()) {
      return;
    }
    verdict = why;
    Runnable action = abort;
    if (action != null) {
      try {
        action.run();
      } catch (RuntimeException | Error e) {
        // Not to keep the sweeper from the other attempts. This one has its verdict.
        log.warn("Aborting an attempt on {} failed: {}", node.node().id(), e.toString(), e);
      }
    }
  }
}
