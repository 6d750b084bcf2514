package io.nodewise.lb.probe;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.node.Node;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends one probe to one node. Implementations are thread-safe and never block the caller; closed
 * by whoever made them, after the {@link Prober} that uses them.
 */
public interface ProbeClient extends AutoCloseable {

  /**
   * Probes {@code node} and tells {@code done} exactly once, on any thread, perhaps before this
   * method returns, and within {@link HealthCheck#timeout()} from the moment the probe begins.
   * Never throws; every failure is a result. {@code done} must not block.
   *
   * @param question what to ask by HTTP; null for a connection and no more
   */
  void probe(Node node, HealthCheck check, @Nullable Probe question, Consumer<ProbeResult> done);

  /** Cuts the probes under way, which get a {@link ProbeResult.Evidence#LOCAL} result. */
  @Override
  void close();
}
