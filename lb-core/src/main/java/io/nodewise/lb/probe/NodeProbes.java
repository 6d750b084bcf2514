package io.nodewise.lb.probe;

import io.nodewise.lb.health.Probe;
import io.nodewise.lb.health.ProbeAnswer;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import io.nodewise.lb.time.Tasks;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The probes of one node; how they are scheduled stands in {@link Prober}. Tasks thread only. */
final class NodeProbes {
  private static final Logger log = LoggerFactory.getLogger(NodeProbes.class);

  /**
   * From the end of an urgent probe to the start of the next one. Every slow request may raise a
   * suspicion, and a hung storage behind a healthy probe must not draw a probe per request. A
   * quarter of the default time-out: what it adds, at worst, until a hang is found.
   */
  static final Duration URGENT_GAP = Duration.ofMillis(250);

  private final Prober prober;
  private Node node;
  private boolean stopped;
  private Pace pace = Pace.FAST; // of the last result told
  private int backedOff; // gaps at BACK_OFF since it became that
  private Tasks.@Nullable Scheduled nextRegular; // none while a probe is in flight, or at rest
  private Tasks.@Nullable Scheduled nextUrgent; // while a suspicion waits for the gap to pass
  private @Nullable Flight regular;
  private @Nullable Flight urgent;
  private @Nullable Flight lastTold; // none: nothing is known of the node
  private boolean suspected; // and no probe has started since
  private @Nullable CompletableFuture<Void> awaited; // somebody wants the next probe, at once
  private int doubts; // raised so far
  private int settled; // those of them that a result has answered
  private boolean urgentEnded; // ever; only then is the following set
  private long urgentEndedAt;
  private boolean failsHere;
  private int localInARow;
  private boolean failsToSayNext; // ever: one line in the log is enough
  private @Nullable Probe question; // null where nothing is asked by HTTP

  /** Schedules the first probe. */
  NodeProbes(Prober prober, Node node) {
    this.prober = prober;
    this.node = node;
    this.question = prober.check.probe().orElse(null);
    nextRegular = prober.tasks.schedule(prober.gaps.first(), this::regularIsDue);
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
      Stream.of(regular, urgent)
          .filter(Objects::nonNull)
          .forEach(flight -> flight.over.complete(null));
      if (awaited != null) {
        awaited.complete(null);
      }
    }
    return !stopped;
  }

  /** Sees to it that a probe which starts after {@code askedAt} is told. */
  void suspect(long askedAt) {
    Flight serving = doubt(askedAt);
    if (serving == null) {
      suspected = true;
      serveSuspicion();
    }
  }

  /** The same without waiting for the gap; completed when that probe has been told or dropped. */
  CompletableFuture<Void> check(long askedAt) {
    Flight serving = doubt(askedAt);
    if (serving != null) {
      return serving.over;
    }
    CompletableFuture<Void> over = awaited == null ? new CompletableFuture<>() : awaited;
    awaited = over;
    suspected = true;
    serveSuspicion();
    return over;
  }

  /** Notes a doubt; returns a probe that serves it already. */
  private @Nullable Flight doubt(long askedAt) {
    if (Flight.startedAfter(askedAt, lastTold)) {
      return lastTold;
    }
    doubts++;
    Flight serving = Flight.startedAfter(askedAt, urgent) ? urgent : regular;
    if (serving == null || !Flight.startedAfter(askedAt, serving)) {
      return null;
    }
    serving.settles = doubts;
    return serving;
  }

  private void serveSuspicion() {
    if (!suspected || urgent != null) {
      return;
    }
    boolean now = awaited != null || !urgentEnded;
    long wait = now ? 0 : URGENT_GAP.toNanos() - (prober.ticker.read() - urgentEndedAt);
    if (wait <= 0) {
      urgent = start();
      send(urgent);
    } else if (nextUrgent == null) {
      nextUrgent = prober.tasks.schedule(Duration.ofNanos(wait), this::urgentIsDue);
    }
  }

  private void urgentIsDue() {
    nextUrgent = null;
    serveSuspicion();
  }

  private void regularIsDue() {
    nextRegular = null;
    regular = start();
    send(regular);
  }

  /** Whatever was scheduled, suspected or awaited is served by the probe that starts now. */
  private Flight start() {
    cancelScheduled();
    CompletableFuture<Void> over = awaited == null ? new CompletableFuture<>() : awaited;
    awaited = null;
    suspected = false;
    return new Flight(prober.ticker.read(), question, over, doubts);
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
    prober.send(node, flight.question, result -> ended(flight, result));
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
    if (!stopped && !prober.isClosed()) {
      take(flight, result);
      serveSuspicion();
      scheduleRegular();
    }
    flight.over.complete(null);
  }

  private void scheduleRegular() {
    if (regular != null || urgent != null) {
      return; // its end comes here
    }
    Duration gap;
    if (lastTold == null) {
      gap = prober.gaps.unknown();
    } else {
      boolean inDoubt = pace == Pace.STEADY && settled != doubts; // the answer was no use
      Pace next = inDoubt ? Pace.FAST : pace;
      if (next == Pace.STEADY && prober.check.isOptimistic()) {
        return; // until somebody doubts it
      }
      gap = prober.gaps.after(next, backedOff);
      backedOff += next == Pace.BACK_OFF ? 1 : 0;
    }
    nextRegular = prober.tasks.schedule(gap, this::regularIsDue);
  }

  private void take(Flight flight, ProbeResult result) {
    boolean local = result.evidence() == Evidence.LOCAL;
    if (local && !failsHere) {
      log.info("Can't probe {}, so nothing is known about it: {}", node, result.reason());
    }
    failsHere = local;
    localInARow = local ? localInARow + 1 : 0;
    if (localInARow == prober.check.fall()) {
      prober.tellBlind(node);
    }
    boolean stale = lastTold != null && flight.startedAt - lastTold.startedAt < 0;
    if (local || stale) {
      return;
    }
    log.debug("Probe of {}: {}", node, result);
    lastTold = flight;
    settled = Math.max(settled, flight.settles);
    askNext(flight.question, result.answer());
    pace = prober.tell(node, result, pace);
    if (pace != Pace.BACK_OFF) {
      backedOff = 0;
    }
    if (!result.isUp()) { // confirmed; but who awaits a probe gets one
      suspected = awaited != null;
      settled = doubts;
    }
  }

  /** Only what was asked can say what to ask next; unless another probe has done so meanwhile. */
  private void askNext(@Nullable Probe asked, @Nullable ProbeAnswer answer) {
    if (asked == null || asked != question) {
      return;
    }
    try {
      Probe next = answer == null ? asked.unanswered() : asked.next(answer);
      question = Objects.requireNonNull(next, "next probe");
    } catch (RuntimeException | Error e) { // a user's code; without an end, the schedule would stop
      if (!failsToSayNext) {
        log.warn("What to ask {} next can't be said, so the same again: {}", node, e.toString());
      }
      failsToSayNext = true;
    }
  }
}
