package io.nodewise.lb.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.observe.AttemptReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one node. Those of outcomes and states that it never had are not there.
 * Thread-safe.
 */
final class NodeMeters {
  private final MeterRegistry registry;
  private final View view;
  private final String id;
  private final Tags tags;
  private final List<Meter> kept = new ArrayList<>(); // all; under the monitor
  private final ConcurrentMap<Outcome.Kind, Timer> attempts = new ConcurrentHashMap<>();
  private final ConcurrentMap<NodeState, Counter> transitions = new ConcurrentHashMap<>();
  private final Timer firstByteOfReads;
  private final Timer firstByteOfWrites;
  private final Counter sent;
  private final Counter received;
  private boolean removed; // under the monitor

  NodeMeters(MeterRegistry registry, Tags ofCluster, View view, String id) {
    this.registry = registry;
    this.view = view;
    this.id = id;
    this.tags = ofCluster.and("node", id);
    try {
      this.firstByteOfReads = firstByte("read");
      this.firstByteOfWrites = firstByte("write");
      this.sent = bytes("nodewise.sent", "Bytes of request bodies");
      this.received = bytes("nodewise.received", "Bytes of answers' bodies that were read");
      registerViews();
    } catch (RuntimeException e) { // there is such a meter of another kind
      remove();
      throw e;
    }
  }

  private void registerViews() {
    gauge(
        "nodewise.node.eligible",
        "1 if it may be given requests",
        node -> node.state().eligible() ? 1 : 0);
    gauge("nodewise.node.share", "Its part of all attempts so far, 0 to 1", NodeSnapshot::share);
    gauge("nodewise.node.weight", "Its weight just now", NodeSnapshot::weight);
    gauge(
        "nodewise.node.penalty",
        "What recent failures add to its load, in attempts",
        NodeSnapshot::penalty);
    gauge(
        "nodewise.attempts.in.flight",
        "Attempts that have begun and not ended",
        NodeSnapshot::inFlight);
    gauge(
        "nodewise.attempts.parked",
        "Those in flight whose caller does not read on",
        NodeSnapshot::parked);
    counter(
        "nodewise.node.ejections",
        Tags.empty(),
        "How often it was put out on soft evidence",
        node -> node.history().ejections());
    counter(
        "nodewise.probes",
        Tags.of("result", "good"),
        "Probes by what they found",
        node -> node.history().goodProbes());
    counter(
        "nodewise.probes",
        Tags.of("result", "bad"),
        "Probes by what they found",
        node -> node.history().badProbes());
  }

  // What happens.

  void attempted(AttemptReport report) {
    Outcome.Kind kind = report.outcome().kind();
    Timer known = attempts.get(kind);
    Timer whole = known == null ? timer(kind) : known;
    if (whole != null) {
      whole.record(report.took());
    }
    Duration firstByte = report.firstByte();
    if (firstByte != null) {
      (report.read() ? firstByteOfReads : firstByteOfWrites).record(firstByte);
    }
    if (report.sent() > 0) {
      sent.increment((double) report.sent());
    }
    if (report.received() > 0) {
      received.increment((double) report.received());
    }
  }

  void moved(NodeState to) {
    Counter known = transitions.get(to);
    Counter counter = known == null ? counter(to) : known;
    if (counter != null) {
      counter.increment();
    }
  }

  // Once removed it registers nothing: a registry gives what it has, and that may be another one's
  // of the same id by then.

  private synchronized @Nullable Timer timer(Outcome.Kind kind) {
    if (removed) {
      return null;
    }
    return attempts.computeIfAbsent(
        kind,
        made ->
            kept(
                Timer.builder("nodewise.attempts")
                    .description(
                        "Attempts, from begin to the end of the answer, by what they came to")
                    .tags(tags)
                    .tag("outcome", lower(made))
                    .register(registry)));
  }

  private synchronized @Nullable Counter counter(NodeState to) {
    if (removed) {
      return null;
    }
    return transitions.computeIfAbsent(
        to,
        made ->
            kept(
                Counter.builder("nodewise.node.transitions")
                    .description("Changes of its state, by the new one")
                    .tags(tags)
                    .tag("to", lower(made))
                    .register(registry)));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private <M extends Meter> M kept(M meter) {
    kept.add(meter);
    return meter;
  }

  synchronized void remove() {
    removed = true;
    kept.forEach(registry::remove);
    kept.clear();
  }

  // Registration.

  private Timer firstByte(String type) {
    return kept(
        Timer.builder("nodewise.attempts.first.byte")
            .description("From an attempt's begin to the first byte of its answer")
            .tags(tags)
            .tag("type", type)
            .register(registry));
  }

  private Counter bytes(String name, String what) {
    return kept(
        Counter.builder(name).description(what).baseUnit("bytes").tags(tags).register(registry));
  }

  private void gauge(String name, String what, ToDoubleFunction<NodeSnapshot> value) {
    kept(
        Gauge.builder(name, this, meters -> meters.seen(value, Double.NaN))
            .description(what)
            .tags(tags)
            .register(registry));
  }

  private void counter(String name, Tags more, String what, ToDoubleFunction<NodeSnapshot> value) {
    kept(
        FunctionCounter.builder(name, this, meters -> meters.seen(value, 0))
            .description(what)
            .tags(tags.and(more))
            .register(registry));
  }

  private double seen(ToDoubleFunction<NodeSnapshot> value, double otherwise) {
    NodeSnapshot node = view.node(id);
    return node == null ? otherwise : value.applyAsDouble(node);
  }
}
