package io.nodewise.lb.cluster;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.StableHash;
import io.nodewise.lb.probe.ProbeResult;
import io.nodewise.lb.routing.Candidate;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/*
 * What changes with every request stands here, what changes with a transition in NodeHealth.
 *
 * inFlight is exact: one increment when an attempt begins, one decrement when it ends, both atomic.
 * Everything else a picker reads is an estimate and may lose an update to a race: the latency
 * estimate is written by the thread that sees a first byte, the penalty is added to by the thread
 * that sees a failure and lowered by the sweeper.
 */
/** One node with its counters: what a picker reads. Thread-safe. */
public final class LiveNode implements Candidate {
  /** A failure weighs as much as this many attempts in flight (Dialogue's figure). */
  static final double FAULT_PENALTY = 10;

  /** An overloaded node is asked less, not shunned. */
  static final double LOAD_PENALTY = 5;

  private static final int PENALTY_UNIT = 1024;
  private static final int MAX_PENALTY = 100 * PENALTY_UNIT;

  final NodeHealth health;
  private final long hash;
  private final LongAdder attempts = new LongAdder();
  private final LongAdder faults = new LongAdder();
  private final LongAdder loads = new LongAdder();
  final FirstByteTimes firstByteTimes = new FirstByteTimes();

  private volatile Node node; // written by the registry under its lock, when an update changes it
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger penalty = new AtomicInteger(); // in units of 1/1024 attempt
  private double orderedWeight; // by an operator or the set; under the registry's lock
  private volatile double weight; // written by the registry under its lock
  private final int cap; // whatever else is said of it
  private volatile int limit = Integer.MAX_VALUE; // written by the registry under its lock
  private volatile boolean answeredRead; // ever; only then is the following set
  private volatile long lastRead; // when the last read was answered; by the thread that saw it
  private volatile long latency; // nanoseconds, smoothed; see the essay
  private final AtomicInteger consecutiveFaults = new AtomicInteger(); // by ends of attempts
  private volatile @Nullable Breaker breaker; // made and dropped by the registry under its lock
  private volatile boolean watched; // whether successes matter; by the registry under its lock
  private final AtomicInteger leftover = new AtomicInteger(); // in flight from before the era
  private volatile @Nullable LastProbe lastProbe; // written by the registry under its lock
  private volatile boolean warmingUp; // starts slowly; by the registry under its lock
  private final FirstBytes firstBytes = new FirstBytes(firstByteTimes);
  private volatile int era; // see Comeback.era(); written by the registry under its lock

  LiveNode(Node node, NodeHealth health, int cap) {
    this.cap = cap;
    this.node = node;
    this.health = health;
    this.hash = StableHash.of(node.id());
    this.orderedWeight = node.weight();
    this.weight = orderedWeight;
  }

  @Override
  public Node node() {
    return node;
  }

  void node(Node replacement) {
    node = replacement;
  }

  @Override
  public long hash() {
    return hash;
  }

  @Override
  public int inFlight() {
    return inFlight.get();
  }

  @Override
  public double load() {
    int extra = penalty.get();
    int running = inFlight.get();
    return extra == 0 ? running : running + (double) extra / PENALTY_UNIT;
  }

  @Override
  public double weight() {
    return weight;
  }

  /** What its weight is a share of; under the registry's lock. */
  double orderedWeight() {
    return orderedWeight;
  }

  void orderedWeight(double value) {
    orderedWeight = value;
  }

  void weight(double value) {
    weight = value;
  }

  @Override
  public long latency() {
    return latency;
  }

  @Override
  public boolean isFull() {
    int most = most();
    return most != Integer.MAX_VALUE && inFlight.get() >= most;
  }

  /** How many attempts it may have at once, beside those left over from before its era. */
  void limit(int value) {
    limit = value;
  }

  /** What is in flight now is not to be held against the era that begins. */
  void setLeftover() {
    leftover.set(inFlight.get());
  }

  /** An attempt from before the era ended. */
  void endedFromBefore() {
    leftover.updateAndGet(now -> Math.max(0, now - 1));
  }

  private int most() {
    int base = limit;
    return base == Integer.MAX_VALUE ? cap : Math.min(cap, base + leftover.get());
  }

  /**
   * Counts an attempt in. False if the node is full just now, and then nothing is counted; {@code
   * force} counts it in all the same, up to its cap.
   */
  public boolean tryBegin(boolean force) {
    int most = force ? cap : most();
    if (most == Integer.MAX_VALUE) {
      inFlight.getAndIncrement();
    } else {
      int now = inFlight.get();
      while (now < most && !inFlight.compareAndSet(now, now + 1)) {
        now = inFlight.get();
      }
      if (now >= most) {
        return false;
      }
    }
    attempts.increment();
    return true;
  }

  /** Counts an attempt out. */
  public void end() {
    inFlight.getAndDecrement();
  }

  /**
   * Counts an outcome, of an attempt that began in the present era or not; what it means for the
   * node's state is the registry's to say.
   */
  void count(Outcome outcome, boolean current) {
    switch (outcome.kind()) {
      case SUCCESS -> {
        if (current && consecutiveFaults.get() != 0) {
          consecutiveFaults.set(0);
        }
      }
      case LOAD -> {
        loads.increment();
        penalise(LOAD_PENALTY);
      }
      case FAULT, UNREACHABLE -> {
        faults.increment();
        penalise(FAULT_PENALTY);
        if (current) {
          consecutiveFaults.getAndIncrement();
        }
      }
      case CANCELLED -> {}
    }
  }

  int consecutiveFaults() {
    return consecutiveFaults.get();
  }

  void forgetFaults() {
    consecutiveFaults.set(0);
  }

  /** A node that came back is judged anew. */
  void forgetPast() {
    consecutiveFaults.set(0);
    penalty.set(0);
    latency = 0;
  }

  @Nullable Breaker breaker() {
    return breaker;
  }

  void breaker(@Nullable Breaker value) {
    breaker = value;
  }

  int era() {
    return era;
  }

  void era(int value) {
    era = value;
  }

  boolean watched() {
    return watched;
  }

  void watched(boolean value) {
    watched = value;
  }

  /**
   * In proportion to the weight it is divided by when loads are compared: a fault is as bad on a
   * small node, and on one that starts slowly, as on any other.
   */
  private void penalise(double attemptsWorth) {
    int units = (int) (attemptsWorth * weight * PENALTY_UNIT);
    penalty.updateAndGet(now -> Math.min(MAX_PENALTY, now + units));
  }

  /** Lowers the penalty by the factor, to nothing from half an attempt on; by the sweeper. */
  void decayPenalty(double factor) {
    if (penalty.get() != 0) {
      penalty.updateAndGet(now -> now < PENALTY_UNIT / 2 ? 0 : (int) (now * factor));
    }
  }

  @Override
  public double penalty() {
    return (double) penalty.get() / PENALTY_UNIT;
  }

  boolean isWarmingUp() {
    return warmingUp;
  }

  void warmingUp(boolean value) {
    warmingUp = value;
  }

  /** For the looks at slow nodes; background thread only. */
  FirstBytes firstBytes() {
    return firstBytes;
  }

  /** Counts of first-byte times fade; by the sweeper. */
  void age() {
    firstByteTimes.age();
    firstBytes.aged();
  }

  /** Takes in a time to first byte; one spike counts for little, a few slow answers for much. */
  void firstByte(long nanos, long now) {
    answeredRead = true;
    lastRead = now;
    firstByteTimes.record(nanos);
    long before = latency;
    latency = before + (nanos - before) / 8;
  }

  /** Whether a read was answered after that. */
  boolean hasAnsweredReadSince(long nanos) {
    return answeredRead && lastRead - nanos > 0;
  }

  /** Forgets part of the latency, so that a node once slow is asked again; by the sweeper. */
  void decayLatency(double factor) {
    if (latency != 0) {
      latency = (long) (latency * factor);
    }
  }

  /** What the last probe found, and when; written by the registry under its lock. */
  void lastProbe(ProbeResult result, long now) {
    lastProbe = new LastProbe(result, now);
  }

  // For those who look on.

  /** What the last probe found, and when; null before the first. */
  public @Nullable LastProbe lastProbe() {
    return lastProbe;
  }

  /** Whether it asked to be left alone for a while. */
  public boolean isPaused() {
    return health.isPaused();
  }

  /** What it may be given. */
  public NodeState state() {
    return health.state();
  }

  /** Why. */
  public String reason() {
    return health.reason();
  }

  /** Since when, by the cluster's clock. */
  public long since() {
    return health.since();
  }

  /** Attempts so far. */
  public long attempts() {
    return attempts.sum();
  }

  /** Attempts that failed by its fault. */
  public long faults() {
    return faults.sum();
  }

  /** Attempts it answered by asking for less. */
  public long loads() {
    return loads.sum();
  }

  /** A quantile of its recent times to first byte, in nanoseconds; 0 if there were none. */
  public long firstByteQuantile(double q) {
    return firstByteTimes.quantile(q);
  }

  @Override
  public String toString() {
    return node.id() + " " + health.state() + " inFlight=" + inFlight.get();
  }
}
