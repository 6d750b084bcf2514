package io.nodewise.lb.probe;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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
   * fields of NodeProbes and SiteProbes need a lock, and the sink hears one result at a time. Only
   * `closed` and `checks` cross threads.
   *
   * Scheduling: a node has either its next regular probe scheduled or probes in flight, never both.
   * The gap is counted from the end of the last probe of either sort, so regular probes overlap
   * with nothing, and a node that is asked urgently all the time is not asked regularly as well.
   * How long the gap is follows from the pace the sink wants; Gaps computes it. It is stretched for
   * a set larger than the subset, except for a node in doubt; a node nothing is known about is not
   * in doubt yet, or a thousand of them would be probed at once at the start, and one that is down
   * is in doubt no more: its gaps grow to what a node that is up has.
   *
   * Rest: in optimistic mode a node at the steady pace has neither. It is woken by a suspicion, and
   * rests again only when a result told has settled every suspicion so far; one that was local,
   * and told nobody anything, has it probed again at the fast pace.
   *
   * Suspicion: the result of a probe that was under way when the suspicion arose says nothing, as
   * the node may have hung since it took that probe. So an urgent probe starts beside it, the only
   * sort that may overlap. Where an urgent one is under way already, the suspicion waits for its
   * end and a little more; it is dropped when any probe that started after it is on its way, or
   * when the node turns out to be down.
   *
   * Check on demand: a suspicion of every node that does not wait for that little more, and that a
   * node which is down does not drop. So however often it is demanded, a node has one urgent probe
   * under way at a time.
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

    /**
     * Called on the {@link Tasks} thread when what a site can do has changed, as settled by rise
     * and fall; must not block. A site can do everything until the first call, and again, by a last
     * call, when none of its nodes is probed any more.
     *
     * @param reason the answer that settled it, such as {@code write: 503 (minio1:9000)}
     */
    default void siteProbed(int tier, boolean canWrite, boolean canRead, String reason) {}

    /**
     * Called on the {@link Tasks} thread when as many probes of the node in a row as take one down
     * have told nothing, because they failed on this machine; must not block. The next {@link
     * #probed} takes it back.
     */
    default void cannotProbe(Node node) {}

    /** Whether a node is fit to be asked about its site; asked on the {@link Tasks} thread. */
    default boolean isUsable(Node node) {
      return true;
    }
  }

  final HealthCheck check;
  final ProbeClient client;
  final Tasks tasks;
  final Ticker ticker;
  final Randomness random;
  final Gaps gaps; // Tasks thread only
  private final Sink sink;
  private final @Nullable SiteProbes sites; // Tasks thread only; null where nothing is asked
  private final Map<String, NodeProbes> byId = new HashMap<>(); // Tasks thread only
  private final Set<CompletableFuture<Void>> checks = ConcurrentHashMap.newKeySet(); // not over yet
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
    this.gaps = new Gaps(check, random);
    this.sites = check.clusterCheck().map(asked -> new SiteProbes(this, asked)).orElse(null);
  }

  /** Whether there are probes at all: false with {@link HealthCheck#none()} only. */
  public boolean isEnabled() {
    return check.kind() != HealthCheck.Kind.NONE;
  }

  /**
   * Probes these nodes from now on and no others, save those whose {@link Node#isProbed} is false.
   * By id: a node that stays goes on as it was; the result of one that left, or that has another
   * URI now, is not told any more.
   */
  public void track(Collection<Node> nodes) {
    List<Node> copy = List.copyOf(nodes);
    onTasks(() -> replace(copy));
  }

  /**
   * Probes the node at once, because somebody suspects it; does nothing for a node that is not
   * tracked or not to be probed. One urgent probe of a node is under way at a time, and a quarter
   * of a second passes between two; the suspicions that arise meanwhile are served by one more.
   */
  public void probeNow(Node node) {
    long askedAt = ticker.read();
    onTasks(
        () -> {
          NodeProbes probes = byId.get(node.id());
          if (probes != null) {
            probes.suspect(askedAt);
            wakeSite(probes);
          }
        });
  }

  /**
   * Probes every node at once, those that are down or at rest too. Where an urgent probe of a node
   * is under way, the next one follows it without a gap.
   *
   * @return completed, never exceptionally, when the result of each of these probes has been told
   *     or dropped: by the {@link Tasks} thread, or by {@link #close}; at once where nothing is
   *     probed. What depends on it must not block.
   */
  public CompletionStage<Void> checkNow() {
    CompletableFuture<Void> over = new CompletableFuture<>();
    long askedAt = ticker.read();
    checks.add(over);
    onTasks(
        () -> {
          CompletableFuture<?>[] each =
              byId.values().stream()
                  .map(probes -> probes.check(askedAt))
                  .toArray(CompletableFuture<?>[]::new);
          byId.values().forEach(this::wakeSite);
          CompletableFuture<Void> unused =
              CompletableFuture.allOf(each).thenRun(() -> endCheck(over));
        });
    if (!isEnabled() || closed) { // close() may have looked before this one was added
      endCheck(over);
    }
    return over.minimalCompletionStage();
  }

  @SuppressWarnings("CollectionUndefinedEquality") // by identity
  private void endCheck(CompletableFuture<Void> over) {
    checks.remove(over);
    over.complete(null);
  }

  private void wakeSite(NodeProbes probes) {
    if (sites != null) {
      sites.wake(probes.node().tier());
    }
  }

  /** Ends all probing; no result is told after this, save one that is being told just now. */
  @Override
  public void close() {
    onTasks(() -> replace(List.of()));
    closed = true;
    checks.forEach(this::endCheck);
  }

  private void onTasks(Runnable task) {
    if (isEnabled() && !closed) {
      tasks.execute(task);
    }
  }

  private void replace(List<Node> nodes) {
    Map<String, Node> wanted = new LinkedHashMap<>();
    if (!closed) {
      nodes.stream().filter(Node::isProbed).forEach(node -> wanted.put(node.id(), node));
    }
    gaps.shareAmong(wanted.size());
    byId.values().removeIf(probes -> !probes.continueAs(wanted.get(probes.node().id())));
    wanted.forEach((id, node) -> byId.computeIfAbsent(id, added -> new NodeProbes(this, node)));
    if (sites != null) {
      sites.track(wanted.values());
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Sends a question; {@code ended} is run on the Tasks thread, whatever the client does. */
  void send(Node node, @Nullable Probe question, Consumer<ProbeResult> ended) {
    Consumer<ProbeResult> handedOver = result -> tasks.execute(() -> ended.accept(result));
    try {
      client.probe(node, check, question, handedOver);
    } catch (RuntimeException | Error e) { // against the contract; the schedule must go on
      handedOver.accept(ProbeResult.down(Evidence.LOCAL, e.toString(), Duration.ZERO));
    }
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

  boolean isUsable(Node node) {
    return sink.isUsable(node);
  }

  void tellSite(int tier, boolean canWrite, boolean canRead, String reason) {
    if (closed) {
      return;
    }
    try {
      sink.siteProbed(tier, canWrite, canRead, reason);
    } catch (RuntimeException e) {
      log.error("Taking in what tier {} can do failed: {}", tier, e.toString(), e);
    }
  }

  void tellBlind(Node node) {
    try {
      sink.cannotProbe(node);
    } catch (RuntimeException e) {
      log.error("Taking in that {} can't be probed failed: {}", node, e.toString(), e);
    }
  }

  @Override
  public String toString() {
    return "Prober[" + check + (closed ? ", closed]" : "]");
  }
}
