package io.nodewise.lb.probe;

import io.nodewise.lb.health.Probe;
import io.nodewise.lb.health.ProbeAnswer;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import io.nodewise.lb.time.Tasks;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The probes of one node; how they are scheduled stands in {@link Prober}. Tasks thread only. */
final class NodeProbes {
  private static final Logger log = LoggerFactory.getLogger(NodeProbes.class);

  /** So that waiting for readiness is short, and thousands of clients started together spread. */
  static final Duration FIRST_WITHIN = Duration.ofSeconds(1);

  /**
   * From the end of an urgent probe to the start of the next one. Every slow request may raise a
   * suspicion, and a hung storage behind a healthy probe must not draw a probe per request. A
   * quarter of the default time-out: what it adds, at worst, until a hang is found.
   */
  static final Duration URGENT_GAP = Duration.ofMillis(250);

  /** One probe under way; compared by identity. */
  private static final class Flight {
    final long startedAt;

    Flight(long startedAt) {
      this.startedAt = startedAt;
    }
  }

  private final Prober prober;
  private Node node;
  private boolean stopped;
  private Pace pace = Pace.FAST; // nothing is known yet
  private Tasks.@Nullable Scheduled nextRegular; // none while a probe is in flight
  private Tasks.@Nullable Scheduled nextUrgent; // while a suspicion waits for the gap to pass
  private @Nullable Flight regular;
  private @Nullable Flight urgent;
  private @Nullable Flight lastTold;
  private boolean suspected; // and no probe has started since
  private boolean urgentEnded; // ever; only then is the following set
  private long urgentEndedAt;
  private boolean failsHere;
  private @Nullable Probe question; // null where nothing is asked by HTTP

  /** Schedules the first probe. */
  NodeProbes(Prober prober, Node node) {
    this.prober = prober;
    this.node = node;
    this.question = prober.check.probe().orElse(null);
    Duration within =
        FIRST_WITHIN.compareTo(prober.check.interval()) < 0
            ? FIRST_WITHIN
            : prober.check.interval();
    scheduleRegular(within, prober.random.nextUnit());
  }

  Node node() {
    return node;
  }

  /** Goes on with the same node, perhaps with other attributes; with any other it stops. */
  boolean continueAs(@Nullable Node same) {
    if (same != null && same.uri().equals(node.uri())) {
      node = same;
    } else {
      stopped = true;
      cancelScheduled();
    }
    return !stopped;
  }

  /** Sees to it that a probe which starts after {@code askedAt} is told. */
  void suspect(long askedAt) {
    if (startedAfter(askedAt, urgent)
        || startedAfter(askedAt, regular)
        || startedAfter(askedAt, lastTold)) {
      return;
    }
    suspected = true;
    serveSuspicion();
  }

  private static boolean startedAfter(long nanos, @Nullable Flight flight) {
    return flight != null && flight.startedAt - nanos > 0;
  }

  private void serveSuspicion() {
    if (!suspected || urgent != null || nextUrgent != null) {
      return;
    }
    long passed = urgentEnded ? prober.ticker.read() - urgentEndedAt : Long.MAX_VALUE;
    long wait = URGENT_GAP.toNanos() - passed;
    if (wait <= 0) {
      urgent = start();
      send(urgent);
    } else {
      nextUrgent = prober.tasks.schedule(Duration.ofNanos(wait), this::urgentIsDue);
    }
  }

  private void urgentIsDue() {
    nextUrgent = null;
    serveSuspicion();
  }

  private void regularIsDue() {
    regular = start();
    send(regular);
  }

  private void scheduleRegular(Duration gap, double factor) {
    Duration delay = Duration.ofNanos((long) (gap.toNanos() * factor));
    nextRegular = prober.tasks.schedule(delay, this::regularIsDue);
  }

  /** Whatever was scheduled or suspected is served by the probe that starts now. */
  private Flight start() {
    cancelScheduled();
    suspected = false;
    return new Flight(prober.ticker.read());
  }

  private void cancelScheduled() {
    if (nextRegular != null) {
      nextRegular.cancel();
      nextRegular = null;
    }
    if (nextUrgent != null) {
      nextUrgent.cancel();
      nextUrgent = null;
    }
  }

  private void send(Flight flight) {
    try {
      prober.client.probe(
          node,
          prober.check,
          question,
          result -> prober.tasks.execute(() -> ended(flight, result)));
    } catch (
        RuntimeException e) { // against the contract; the node must be probed again all the same
      ProbeResult nothing = ProbeResult.down(Evidence.LOCAL, e.toString(), Duration.ZERO);
      prober.tasks.execute(() -> ended(flight, nothing));
    }
  }

  private void ended(Flight flight, ProbeResult result) {
    if (flight == urgent) {
      urgent = null;
      urgentEnded = true;
      urgentEndedAt = prober.ticker.read();
    } else if (flight == regular) {
      regular = null;
    } else {
      return; // told twice, against the contract
    }
    if (stopped || prober.isClosed()) {
      return;
    }
    take(flight, result);
    if (regular == null && urgent == null) {
      double spread = prober.check.jitter() * (2 * prober.random.nextUnit() - 1);
      scheduleRegular(
          pace == Pace.STEADY ? prober.check.interval() : prober.check.fastInterval(), 1 + spread);
    }
    serveSuspicion();
  }

  private void take(Flight flight, ProbeResult result) {
    boolean local = result.evidence() == Evidence.LOCAL;
    if (local && !failsHere) {
      log.info("Can't probe {}, so nothing is known about it: {}", node, result.reason());
    }
    failsHere = local;
    boolean stale = lastTold != null && flight.startedAt - lastTold.startedAt < 0;
    if (local || stale) {
      return;
    }
    log.debug("Probe of {}: {}", node, result);
    lastTold = flight;
    ProbeAnswer answer = result.answer();
    if (question != null && answer != null) {
      try {
        question = question.next(answer);
      } catch (RuntimeException e) {
        log.warn("What to ask {} next can't be said, so the same again: {}", node, e.toString());
      }
    }
    pace = prober.tell(node, result, pace);
    if (!result.isUp()) {
      suspected = false; // confirmed
    }
  }
}
