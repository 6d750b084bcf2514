package io.nodewise.lb.simulation;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ProbeClient;
import io.nodewise.lb.probe.ProbeResult;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * A node that answers requests with 500 or 503 answers its probes well: the hardest case, in which
 * only the requests tell. Probes don't stand in the queue, as health end points are served apart.
 */
/** Probes that ask the simulated nodes. */
final class SimulatedProbes implements ProbeClient {
  private final Timeline timeline;
  private final Map<String, SimulatedNode> nodes;
  private final long roundTrip;
  private boolean closed;

  SimulatedProbes(Timeline timeline, Map<String, SimulatedNode> nodes, long roundTrip) {
    this.timeline = timeline;
    this.nodes = nodes;
    this.roundTrip = roundTrip;
  }

  @Override
  public void probe(
      Node node, HealthCheck check, @Nullable Probe question, Consumer<ProbeResult> done) {
    SimulatedNode asked = nodes.get(node.id());
    ProbeResult result = asked == null ? refused() : ask(asked, check.timeout());
    timeline.after(
        result.took().toNanos(),
        () ->
            done.accept(
                closed ? ProbeResult.down(Evidence.LOCAL, "closed", result.took()) : result));
  }

  private ProbeResult ask(SimulatedNode node, Duration timeout) {
    long answer = roundTrip + node.probeTime();
    return switch (node.mood()) {
      case GONE -> refused();
      case WELL, BUSY, FAILING -> {
        if (answer < timeout.toNanos()) {
          yield ProbeResult.up("200", Duration.ofNanos(answer));
        }
        yield noAnswer(timeout);
      }
      case SILENT -> noAnswer(timeout);
    };
  }

  private ProbeResult refused() {
    return ProbeResult.down(Evidence.REFUSED, "connection refused", Duration.ofNanos(roundTrip));
  }

  private static ProbeResult noAnswer(Duration timeout) {
    return ProbeResult.down(Evidence.NO_ANSWER, "no answer", timeout);
  }

  @Override
  public void close() {
    closed = true;
  }
}
