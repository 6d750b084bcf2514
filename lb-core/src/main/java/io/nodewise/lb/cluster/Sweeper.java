package io.nodewise.lb.cluster;

import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.Ticker;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One tick every TICK, on the background thread, instead of a timer per request. A tick
 *
 * 1. lets the registry do what time alone does (ejections end, ramps grow, penalties fade) and
 *    pays into the budgets of retries and hedges,
 * 2. looks at every running attempt: silence beyond the suspicion time gets its node probed;
 *    silence beyond the clock of its phase ends it, for the first attempt of a read beyond the
 *    patience that ReadPatience has learnt; silence on a node known to hang ends it, and that of a
 *    read on a node that takes no connections any more: it costs nothing to ask another. It also
 *    parks the ones whose callers do not read on, see RunningAttempt,
 * 3. ends the attempts whose response stream nobody holds any more.
 *
 * When a node is found to hang the walk over the attempts runs at once.
 *
 * A tick that comes far too late was not late by any node's fault: this process was stopped, or
 * collected garbage. The nodes may have answered long ago, so the time is not counted as silence.
 */
/** Watches running attempts. */
public final class Sweeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Sweeper.class);

  /** A fifth of the suspicion time, so silence is noticed at most that much late. */
  static final Duration TICK = Duration.ofMillis(200);

  /** Later than that is no longer a busy machine; half the default suspicion time. */
  private static final long LATE = Duration.ofMillis(500).toNanos();

  /** A penalty falls to 1/e in 10 s. */
  private static final double PENALTY_FACTOR = Math.exp(-TICK.toMillis() / 10_000.0);

  /**
   * A latency estimate that nothing refreshes halves in 5 s: a node that was a hundred times slower
   * than the others gets a request to show that it is not any more after some 30 s. Sooner costs
   * more than it gains: each of many clients would ask it anew.
   */
  private static final double LATENCY_FACTOR = Math.pow(0.5, TICK.toMillis() / 5_000.0);

  /** Counts of first-byte times halve every 30 s. */
  private static final int TICKS_PER_AGING = 150;

  private final Registry registry;
  private final Evidence evidence;
  private final @Nullable Admission admission; // null where there are no limits
  private final RetryAccount retries;
  private final Hedges hedges;
  private final Timeouts timeouts;
  private final ReadPatience patience;
  private final Ticker ticker;
  private final Tasks tasks;
  private final RunningAttempts running;
  private final ReferenceQueue<Object> dropped = new ReferenceQueue<>();
  private volatile Tasks.Scheduled next = () -> {}; // by start(), then by each tick
  private volatile boolean closed; // by close()
  private int ticks; // by the background thread
  private long lastTick; // by start(), then by the background thread

  Sweeper(
      Registry registry,
      Evidence evidence,
      @Nullable Admission admission,
      RetryAccount retries,
      Hedges hedges,
      Timeouts timeouts,
      Ticker ticker,
      Tasks tasks,
      Randomness random) {
    this.running = new RunningAttempts(() -> (int) random.next());
    this.admission = admission;
    this.retries = retries;
    this.hedges = hedges;
    this.registry = registry;
    this.evidence = evidence;
    this.timeouts = timeouts;
    this.patience = new ReadPatience();
    this.ticker = ticker;
    this.tasks = tasks;
  }

  void start() {
    lastTick = ticker.read();
    next = tasks.schedule(TICK, this::tick);
  }

  private void tick() {
    if (closed) {
      return;
    }
    next = tasks.schedule(TICK, this::tick);
    forgiveLateness();
    try {
      evidence.tick(PENALTY_FACTOR, LATENCY_FACTOR);
      if (++ticks % TICKS_PER_AGING == 0) {
        registry.nodes().forEach(LiveNode::age);
      }
      patience.learn(registry.nodes(), ticker.read());
      retries.tick(registry.nodes(), ticker.read());
      hedges.tick(registry.nodes(), registry.isPanic(), ticker.read());
      if (admission != null) {
        admission.wakeHeads();
      }
    } finally {
      sweep();
    }
  }

  private void forgiveLateness() {
    long now = ticker.read();
    long late = now - lastTick - TICK.toNanos();
    lastTick = now;
    if (late > LATE) {
      log.debug("Nothing ran here for {} ms; not counted as silence", late / 1_000_000);
      running.forEach(attempt -> attempt.forgive(late, now));
    }
  }

  /** Looks at every running attempt once. */
  void sweep() {
    endDropped();
    long now = ticker.read();
    running.forEach(attempt -> look(attempt, now));
  }

  private void look(RunningAttempt attempt, long now) {
    long silence = attempt.silence(now);
    attempt.park(now);
    RunningAttempt.Phase phase = attempt.seenPhase();
    if (!phase.onNode) {
      return;
    }
    Timeouts own = attempt.own();
    Timeouts clocks = own == null ? timeouts : own;
    boolean suspicious = silence >= clocks.suspicion().toNanos();
    LiveNode node = attempt.node0();
    if (suspicious && node.health.isSilent() && hasElsewhere(node)) {
      attempt.giveUp(Outcome.fault("node hung"));
      return;
    }
    boolean isReadWaiting = phase == RunningAttempt.Phase.WAITING && attempt.isRead();
    if (suspicious && isReadWaiting && node.health.isGone() && hasElsewhere(node)) {
      attempt.giveUp(Outcome.fault("node stopped"));
      return;
    }
    boolean canGoOn = isReadWaiting && attempt.hasAlternative();
    if (canGoOn && patience.isExceeded(clocks, silence) && isTheOddOne(node, now - silence)) {
      attempt.giveUp(Outcome.fault(patience.exceededBy(silence)));
      return;
    }
    Duration limit =
        switch (phase) {
          case SENDING -> clocks.sendStall();
          case READING -> clocks.bodyIdle();
          default -> clocks.firstByte();
        };
    if (silence >= limit.toNanos()) {
      attempt.giveUp(Outcome.fault(said(phase) + " for " + limit.toMillis() + " ms"));
    } else if (suspicious) {
      evidence.suspect(node);
    }
  }

  /**
   * Whether it can be reached and has answered no read since then, while another node has: where it
   * does answer reads this one is slow by its nature, and where nobody does they all are.
   */
  private boolean isTheOddOne(LiveNode node, long since) {
    return !node.hasAnsweredReadSince(since)
        && evidence.isReached(node, since)
        && registry.nodes().stream().anyMatch(other -> other.hasAnsweredReadSince(since));
  }

  /** Else the attempt may as well wait for what it has. */
  private boolean hasElsewhere(LiveNode node) {
    return Census.hasElsewhere(registry.nodes(), node);
  }

  private static String said(RunningAttempt.Phase phase) {
    return switch (phase) {
      case SENDING -> "took no byte of the request";
      case READING -> "sent no byte of the body";
      default -> "did not answer";
    };
  }

  private void endDropped() {
    Reference<?> reference;
    while ((reference = dropped.poll()) != null) {
      RunningAttempt attempt = ((Watch) reference).attempt();
      Outcome droppedByCaller = Outcome.cancelled("response dropped without close");
      attempt.giveUp(droppedByCaller);
      if (attempt.finish(droppedByCaller)) {
        log.warn(
            "A response of {} was dropped without being closed; its connection is closed now",
            attempt.node0().node().id());
      }
    }
  }

  /** Attempts that have begun and not ended. */
  public int runningAttempts() {
    return running.size();
  }

  // For attempts.

  long now() {
    return ticker.read();
  }

  int begun(RunningAttempt attempt) {
    return running.add(attempt);
  }

  void ended(int slot) {
    running.remove(slot);
  }

  /** An attempt has been counted out on its node, or parked. */
  void left() {
    if (admission != null) {
      admission.left();
    }
  }

  /** A parked one is read on. */
  void back() {
    if (admission != null) {
      admission.back();
    }
  }

  void answered(LiveNode node, int era) {
    evidence.answered(node, era);
  }

  void lost(LiveNode node, long nanos, long now) {
    hedges.lost(node, nanos, now);
  }

  void report(LiveNode node, Outcome outcome, int era, boolean isRead) {
    evidence.report(node, outcome, era, isRead);
  }

  Watch watch(Object handle, RunningAttempt attempt) {
    return new Watch(handle, dropped, attempt);
  }

  /** No further ticks; running attempts end as they would without clocks. */
  @Override
  public void close() {
    closed = true;
    next.cancel();
  }
}
