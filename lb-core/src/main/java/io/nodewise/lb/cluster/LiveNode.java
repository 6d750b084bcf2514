package io.nodewise.lb.cluster;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.StableHash;
import io.nodewise.lb.probe.ProbeResult;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/*
 * What a picker reads stands in NodeGauge, what changes with every request here, what changes with a
 * transition in NodeHealth.
 */
/** One node with its counters. Thread-safe. */
public final class LiveNode extends NodeGauge {
  /** A failure weighs as much as this many attempts in flight (Dialogue's figure). */
  static final double FAULT_PENALTY = 10;

  /** An overloaded node is asked less, not shunned. */
  static final double LOAD_PENALTY = 5;

  final NodeHealth health;
  private final long hash;
  private final LongAdder faults = new LongAdder();
  private final LongAdder loads = new LongAdder();
  final FirstByteTimes firstByteTimes = new FirstByteTimes();
  private final History history = new History();

  private volatile Node node; // written by the registry under its lock, when an update changes it
  private double orderedWeight; // by an operator or the set; under the registry's lock
  private volatile boolean answeredRead; // ever; only then is the following set
  private volatile long lastRead; // when the last read was answered; by the thread that saw it
  private volatile long lastLost; // when the last one was given up for another; by whoever did it
  private volatile boolean hasLost; // ever; only then is the one before set
  private final AtomicInteger consecutiveFaults = new AtomicInteger(); // by ends of attempts
  private volatile @Nullable Breaker breaker; // made and dropped by the registry under its lock
  private volatile boolean watched; // whether successes matter; by the registry under its lock
  private volatile @Nullable LastProbe lastProbe; // written by the registry under its lock
  private volatile boolean warmingUp; // starts slowly; by the registry under its lock
  private final FirstBytes firstBytes = new FirstBytes(firstByteTimes);
  private volatile int era; // see Comeback.era(); written by the registry under its lock

  LiveNode(Node node, NodeHealth health, int cap) {
    super(node.weight(), cap);
    this.node = node;
    this.health = health;
    this.hash = StableHash.of(node.id());
    this.orderedWeight = node.weight();
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

  /** What its weight is a share of; under the registry's lock. */
  double orderedWeight() {
    return orderedWeight;
  }

  void orderedWeight(double value) {
    orderedWeight = value;
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
    forgetLoad();
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

  /** Takes in a time to first byte. */
  void firstByte(long nanos, long now) {
    long age = now - lastRead;
    answeredRead = true;
    lastRead = now;
    firstByteTimes.record(nanos);
    sampleLatency(nanos, age);
  }

  /**
   * Takes in that a first byte would have come later than that, had it been waited for.
   *
   * @param isBeyond whether that is longer than nearly all reads take
   */
  void slowerThan(long nanos, boolean isBeyond, long now) {
    if (isBeyond) {
      firstByteTimes.record(nanos);
    }
    if (nanos > latency()) {
      long age = now - lastRead;
      sampleLatency(nanos, hasLost ? Math.min(age, now - lastLost) : age);
      lastLost = now;
      hasLost = true;
    }
  }

  /** Whether a read was answered after that. */
  boolean hasAnsweredReadSince(long nanos) {
    return answeredRead && lastRead - nanos > 0;
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

  /** What has happened to it so far. */
  public History history() {
    return history;
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
    return node.id() + " " + health.state() + " inFlight=" + inFlight();
  }
}
