package io.nodewise.lb.probe;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.Ticker;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clock that probes every node of a set again and again, and at once where somebody suspects
 * one. Thread-safe. Closed by whoever made it, before the client and the tasks, which stay theirs.
 * Probes nothing before the first {@link #track}, and with {@link HealthCheck#none()} nothing ever.
 */
public final class Prober implements AutoCloseable {
  /*
   * Concurrency: everything is decided on the Tasks thread. Public methods are handed over to it,
   * and so are the results, which come on the client's threads; so neither the map below nor the
   * fields of NodeProbes need a lock, and the sink hears one result at a time. Only `closed`
   * crosses threads.
   *
   * Scheduling: a node has either its next regular probe scheduled or probes in flight, never both.
   * The gap is counted from the end of the last probe of either sort, so regular probes overlap
   * with nothing, and a node that is asked urgently all the time is not asked regularly as well.
   *
   * Suspicion: the result of a probe that was under way when the suspicion arose says nothing, as
   * the node may have hung since it took that probe. So an urgent probe starts beside it, the only
   * sort that may overlap. Where an urgent one is under way already, the suspicion waits for its
   * end and a little more; it is dropped when any probe that started after it is on its way, or
   * when the node turns out to be down.
   *
   * Order: results are told in the order in which their probes started. One that comes back after
   * the result of a later probe is stale and dropped; it would bring an old verdict back.
   */
  private static final Logger log = LoggerFactory.getLogger(Prober.class);

  /** Hears the results. */
  public interface Sink {
    /**
     * Called on the {@link Tasks} thread, one result at a time; must not block. Never sees a {@link
     * ProbeResult.Evidence#LOCAL} result. Returns how soon the next probe is wanted.
     */
    Pace probed(Node node, ProbeResult result);

    /** Whether requests are sent to the node just now, so that it may be asked about its site. */
    default boolean isUsable(Node node) {
      return true;
    }

    /** What a whole site said it can do; on the {@link Tasks} thread, only when that changed. */
    default void siteProbed(int tier, boolean canWrite, boolean canRead, String reason) {}
  }

  final HealthCheck check;
  final ProbeClient client;
  final Tasks tasks;
  final Ticker ticker;
  final Randomness random;
  private final Sink sink;
  private final Map<String, NodeProbes> byId = new HashMap<>(); // Tasks thread only
  private volatile boolean closed; // written by close()

  /** Probes nothing yet. */
  public Prober(
      HealthCheck check,
      ProbeClient client,
      Tasks tasks,
      Ticker ticker,
      Randomness random,
      Sink sink) {
    this.check = check;
    this.client = client;
    this.tasks = tasks;
    this.ticker = ticker;
    this.random = random;
    this.sink = sink;
  }

  /** Whether there are probes at all: false with {@link HealthCheck#none()} only. */
  public boolean isEnabled() {
    return check.kind() != HealthCheck.Kind.NONE;
  }

  /**
   * Probes these nodes from now on and no others. By id: a node that stays goes on as it was; the
   * result of one that left, or that has another URI now, is not told any more.
   */
  public void track(Collection<Node> nodes) {
    List<Node> copy = List.copyOf(nodes);
    onTasks(() -> replace(copy));
  }

  /**
   * Probes the node at once, because somebody suspects it; does nothing for a node that is not
   * tracked. One urgent probe of a node is under way at a time, and a quarter of a second passes
   * between two; the suspicions that arise meanwhile are served by one more.
   */
  public void probeNow(Node node) {
    long askedAt = ticker.read();
    onTasks(
        () -> {
          NodeProbes probes = byId.get(node.id());
          if (probes != null) {
            probes.suspect(askedAt);
          }
        });
  }

  /** Ends all probing; no result is told after this, save one that is being told just now. */
  @Override
  public void close() {
    onTasks(() -> replace(List.of()));
    closed = true;
  }

  private void onTasks(Runnable task) {
    if (isEnabled() && !closed) {
      tasks.execute(task);
    }
  }

  private void replace(List<Node> nodes) {
    Map<String, Node> wanted = new LinkedHashMap<>();
    if (!closed) {
      nodes.forEach(node -> wanted.put(node.id(), node));
    }
    byId.values().removeIf(probes -> !probes.continueAs(wanted.get(probes.node().id())));
    wanted.forEach((id, node) -> byId.computeIfAbsent(id, added -> new NodeProbes(this, node)));
  }

  boolean isClosed() {
    return closed;
  }

  /** How soon to probe again; {@code otherwise} where the sink failed to say. */
  Pace tell(Node node, ProbeResult result, Pace otherwise) {
    try {
      return sink.probed(node, result);
    } catch (RuntimeException e) {
      log.error("Taking in a probe of {} failed: {}", node, e.toString(), e);
      return otherwise;
    }
  }

  @Override
  public String toString() {
    return "Prober[" + check + (closed ? ", closed]" : "]");
  }
}
