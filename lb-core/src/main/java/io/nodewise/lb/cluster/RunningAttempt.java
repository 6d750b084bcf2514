package io.nodewise.lb.cluster;

import io.nodewise.lb.node.Outcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
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
  private static final VarHandle ENDED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      PHASE = lookup.findVarHandle(RunningAttempt.class, "phase", Phase.class);
      PROGRESS = lookup.findVarHandle(RunningAttempt.class, "progress", long.class);
      ENDED = lookup.findVarHandle(RunningAttempt.class, "ended", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final LiveNode node;
  private final Sweeper sweeper;
  private final long started;
  private final boolean read;
  private final boolean hasAlternative;
  private final int era;
  private final int slot;

  @SuppressWarnings("UnusedVariable") // through PHASE: by the I/O thread
  private Phase phase;

  @SuppressWarnings("UnusedVariable") // through PROGRESS: by the I/O thread
  private long progress;

  @SuppressWarnings("UnusedVariable") // through ENDED: once, by whoever ends it
  private boolean ended;

  private volatile boolean answered; // by the I/O thread
  private volatile @Nullable Runnable abort; // by the I/O thread
  private volatile @Nullable Outcome verdict; // by the sweeper, once
  private volatile @Nullable Watch watch; // by the I/O thread, once

  // The sweeper's own notes.
  private @Nullable Phase seenPhase;
  private long seenProgress;
  private long silentSince;

  /**
   * An attempt that begins now, on a node it has been counted in on.
   *
   * @param hasAlternative whether it is the first one of its request and there is another node
   */
  protected RunningAttempt(
      LiveNode node, Sweeper sweeper, boolean hasBody, boolean read, boolean hasAlternative) {
    this.hasAlternative = hasAlternative;
    this.node = node;
    this.sweeper = sweeper;
    this.read = read;
    this.phase = hasBody ? Phase.SENDING : Phase.WAITING;
    this.started = sweeper.now();
    this.silentSince = started;
    this.era = node.era();
    this.slot = sweeper.begun(this);
  }

  /** The node with its counters. */
  protected final LiveNode live() {
    return node;
  }

  /** Says what is waited for from now on. */
  protected final void enter(Phase next) {
    PHASE.setOpaque(this, next);
    PROGRESS.setOpaque(this, (long) PROGRESS.getOpaque(this) + 1);
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
    if (!ENDED.compareAndSet(this, false, true)) {
      return false;
    }
    Outcome known = verdict;
    sweeper.ended(slot);
    node.end();
    if (era != node.era()) {
      node.endedFromBefore();
    }
    sweeper.left(); // last of the three: whoever waits for a place finds it free
    Watch watching = watch;
    if (watching != null) {
      watching.clear();
    }
    abort = null;
    Outcome told = known == null || outcome.kind() == Outcome.Kind.SUCCESS ? outcome : known;
    sweeper.report(node, told, era, read);
    return true;
  }

  /** Counts the attempt out because another one of its request was answered first. */
  protected final void finishAsLoser() {
    if (finish(Outcome.cancelled("another node answered first")) && read && !answered) {
      long now = sweeper.now();
      sweeper.lost(node, now - started, now);
    }
  }

  private boolean hasEnded() {
    return (boolean) ENDED.getVolatile(this);
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

  /** A response stream the user holds, until he drops it. */
  static final class Watch extends PhantomReference<Object> {
    private final RunningAttempt attempt;

    Watch(Object handle, ReferenceQueue<Object> queue, RunningAttempt attempt) {
      super(handle, queue);
      this.attempt = attempt;
    }

    RunningAttempt attempt() {
      return attempt;
    }
  }
}
