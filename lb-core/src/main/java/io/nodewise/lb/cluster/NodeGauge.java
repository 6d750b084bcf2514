package io.nodewise.lb.cluster;

import io.nodewise.lb.routing.Candidate;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/*
 * A picker looks at several nodes for every request, so what it reads of one stands in the fields of
 * one object: a look costs a cache line or two, not one for each of five objects.
 *
 * Attempts in flight and attempts begun share a long, so that the beginning of an attempt is one
 * atomic addition and its end another:
 *
 *   63                                  24 23                       0
 *   +-------------------------------------+-------------------------+
 *   |      begun (wraps at 10^12)         |   in flight (to 16 M)   |
 *   +-------------------------------------+-------------------------+
 *
 * In flight is exact. An answer that its caller leaves unread, or reads slowly, is in flight and no
 * load: it is parked, by the sweeper, and what pickers and limits count is in flight less parked. An
 * attempt that is parked or ends at that very moment may be counted as one too many or too few, until
 * both threads are done. The rest are estimates and may lose an update to a race: the latency is
 * written by whichever thread saw a first byte, the penalty is added to by whichever saw a failure
 * and lowered by the sweeper.
 *
 * The penalty is kept as on a node of weight 1, and counts in proportion to the weight it is divided
 * by when loads are compared: a fault is as bad on a small node, and on one that starts slowly, as on
 * any other, and is forgotten no sooner.
 */
/** What a picker reads of a node, and the counts of its attempts. Thread-safe. */
abstract class NodeGauge implements Candidate {
  private static final VarHandle COUNTS = field("counts", long.class);
  private static final VarHandle PENALTY = field("penalty", int.class);
  private static final VarHandle LEFTOVER = field("leftover", int.class);
  private static final VarHandle PARKED = field("parked", int.class);

  private static final int BEGUN_FROM_BIT = 24;
  private static final long BEGUN = 1L << BEGUN_FROM_BIT;
  private static final long IN_FLIGHT = BEGUN - 1;

  private static final int PENALTY_UNIT = 1024;
  private static final int MAX_PENALTY = 100 * PENALTY_UNIT;

  private static final int NONE = Integer.MAX_VALUE; // as a limit

  private volatile long counts; // by the beginnings and ends of attempts
  private volatile double weight; // written by the registry under its lock
  private volatile long latency; // nanoseconds, smoothed; by the thread that saw a first byte
  private volatile int penalty; // 1/1024 attempts at weight 1; by ends of attempts, the sweeper
  private final int cap; // whatever else is said of the node
  private volatile int limit; // at most the cap; written by the registry under its lock
  private volatile int leftover; // in flight from before the era; by ends of attempts, the sweeper
  private volatile int parked; // of those in flight; by the sweeper and by ends of attempts

  NodeGauge(double weight, int cap) {
    this.weight = weight;
    this.cap = cap;
    this.limit = cap;
  }

  private static VarHandle field(String name, Class<?> type) {
    try {
      return MethodHandles.lookup().findVarHandle(NodeGauge.class, name, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @Override
  public final int inFlight() {
    return unparked(counts);
  }

  private int unparked(long counted) {
    return Math.max(0, (int) (counted & IN_FLIGHT) - parked);
  }

  /** Attempts begun and not ended, those that are parked too. */
  public final int running() {
    return (int) (counts & IN_FLIGHT);
  }

  /** Attempts that wait for a caller who does not read on. */
  public final int parked() {
    return Math.max(0, parked);
  }

  /** Attempts begun so far. */
  public final long attempts() {
    return counts >>> BEGUN_FROM_BIT;
  }

  @Override
  public final double load() {
    int extra = penalty;
    int running = inFlight();
    return extra == 0 ? running : running + extra * weight / PENALTY_UNIT;
  }

  @Override
  public final double weight() {
    return weight;
  }

  final void weight(double value) {
    weight = value;
  }

  @Override
  public final long latency() {
    return latency;
  }

  /** Takes in a time to first byte, so long after the one before. */
  final void sampleLatency(long nanos, long age) {
    long before = latency;
    long after = LatencyEstimate.after(before, nanos, age);
    if (after != before) {
      latency = after;
    }
  }

  /** Forgets part of the latency, so that a node once slow is asked again; by the sweeper. */
  final void decayLatency(double factor) {
    if (latency != 0) {
      latency = (long) (latency * factor);
    }
  }

  @Override
  public final boolean isFull() {
    int base = limit;
    return base != NONE && inFlight() >= most(base);
  }

  /** Whether it has all the attempts it may ever have. */
  final boolean isAtItsCap() {
    return inFlight() >= cap;
  }

  /** How many attempts it may have at once, beside those left over from before its era. */
  final void limit(int value) {
    limit = Math.min(cap, value);
  }

  /** What is in flight now is not to be held against the era that begins. */
  final void setLeftover() {
    leftover = inFlight();
  }

  /** An attempt from before the era ended. */
  final void endedFromBefore() {
    int before = leftover;
    while (before > 0 && !LEFTOVER.compareAndSet(this, before, before - 1)) {
      before = leftover;
    }
  }

  /** An attempt from before the era is a load again. */
  final void backFromBefore() {
    LEFTOVER.getAndAdd(this, 1);
  }

  private int most(int base) {
    return base == cap ? cap : Math.min(cap, base + leftover);
  }

  /**
   * Counts an attempt in. False if the node is full just now, and then nothing is counted; {@code
   * force} counts it in all the same, up to its cap.
   */
  public final boolean tryBegin(boolean force) {
    int most = force ? cap : most(limit);
    if (most == NONE) {
      COUNTS.getAndAdd(this, BEGUN + 1);
      return true;
    }
    long before = counts;
    while (unparked(before) < most) {
      if (COUNTS.compareAndSet(this, before, before + BEGUN + 1)) {
        return true;
      }
      before = counts;
    }
    return false;
  }

  /** Counts an attempt out. */
  public final void end() {
    COUNTS.getAndAdd(this, -1L);
  }

  /** One of those in flight is no load any more. */
  final void park() {
    PARKED.getAndAdd(this, 1);
  }

  /** It is one again, whatever the limit, or has ended. */
  final void unpark() {
    PARKED.getAndAdd(this, -1);
  }

  /** By so many attempts, on a node of weight 1. */
  final void penalise(double attemptsWorth) {
    int units = (int) (attemptsWorth * PENALTY_UNIT);
    int before = penalty;
    while (!PENALTY.compareAndSet(this, before, Math.min(MAX_PENALTY, before + units))) {
      before = penalty;
    }
  }

  /** Lowers the penalty by the factor, to nothing from half an attempt on; by the sweeper. */
  final void decayPenalty(double factor) {
    int before = penalty;
    while (before != 0
        && !PENALTY.compareAndSet(
            this, before, before < PENALTY_UNIT / 2 ? 0 : (int) (before * factor))) {
      before = penalty;
    }
  }

  @Override
  public final double penalty() {
    return penalty * weight / PENALTY_UNIT;
  }

  /** A node that came back is judged anew. */
  final void forgetLoad() {
    penalty = 0;
    latency = 0;
  }
}
