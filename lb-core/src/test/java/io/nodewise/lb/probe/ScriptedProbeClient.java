package io.nodewise.lb.probe;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.health.ProbeAnswer;
import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import io.nodewise.lb.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ProbeClient} that answers by a script for each node, by id: the answers given are used
 * one probe each, the last one for ever; a node without a script is up. Answers come at once,
 * inside {@link #probe}, unless they are held back until the test {@linkplain #release releases}
 * them. Thread-safe.
 *
 * <p>Questions about a node's site are answered apart, by what the site {@linkplain #site can do},
 * and use no answer of the node's script; a node whose next answer by that script is none, or one
 * that is held, does not answer them either.
 */
public final class ScriptedProbeClient implements ProbeClient {

  /** A probe that was sent; {@code at} is the ticker's reading. */
  public record Sent(Node node, HealthCheck check, long at) {}

  /** A question about a node's site that was sent; {@code write} or else read. */
  public record SiteSent(Node node, boolean write, long at) {}

  private record Held(long number, Node node, Consumer<ProbeResult> done) {}

  private static final ProbeResult UP = ProbeResult.up("200", Duration.ofMillis(1));

  private final Ticker ticker;
  private final Map<String, Deque<ProbeResult>> scripts = new HashMap<>();
  private final Map<String, Boolean> holding = new HashMap<>();
  private final List<Held> held = new ArrayList<>(); // oldest first
  private final List<Sent> sent = new ArrayList<>();
  private final List<SiteSent> siteSent = new ArrayList<>();
  private final Map<Integer, Boolean> canWrite = new HashMap<>(); // by tier; absent: true
  private final Map<Integer, Boolean> canRead = new HashMap<>();
  private final Map<String, Integer> mostAtOnce = new HashMap<>();
  private boolean closed;

  /** All nodes are up; {@code ticker} dates what was {@linkplain #sent sent}. */
  public ScriptedProbeClient(Ticker ticker) {
    this.ticker = ticker;
  }

  /** A result that says up. */
  public static ProbeResult up() {
    return UP;
  }

  /** A soft result that says down: this status. */
  public static ProbeResult status(int status) {
    return ProbeResult.down(Evidence.ANSWERED, Integer.toString(status), Duration.ofMillis(1));
  }

  /** A hard result: nobody listens. */
  public static ProbeResult refused() {
    return ProbeResult.down(Evidence.REFUSED, "connection refused", Duration.ofMillis(1));
  }

  /** A hard result: silence. */
  public static ProbeResult noAnswer() {
    return ProbeResult.down(Evidence.NO_ANSWER, "no answer within 1000 ms", Duration.ofSeconds(1));
  }

  /** From now on the node answers so: one answer a probe, the last one for ever. */
  public synchronized ScriptedProbeClient answer(String nodeId, ProbeResult... results) {
    if (results.length == 0) {
      throw new IllegalArgumentException("results: none (expected: one or more)");
    }
    scripts.put(nodeId, new ArrayDeque<>(List.of(results)));
    return this;
  }

  /** From now on probes of the node get no answer until they are released. */
  public synchronized ScriptedProbeClient hold(String nodeId) {
    holding.put(nodeId, true);
    return this;
  }

  /** From now on probes of the node are answered at once again; those held stay held. */
  public synchronized ScriptedProbeClient unhold(String nodeId) {
    holding.remove(nodeId);
    return this;
  }

  /** Answers the oldest probe of the node that is held. */
  public void release(String nodeId, ProbeResult result) {
    release(nodeId, 0, result);
  }

  /** Answers the held probe of the node with this index, 0 being the oldest. */
  public void release(String nodeId, int index, ProbeResult result) {
    Consumer<ProbeResult> done;
    synchronized (this) {
      List<Held> ofNode = held.stream().filter(h -> h.node().id().equals(nodeId)).toList();
      if (index >= ofNode.size()) {
        throw new IllegalStateException(
            nodeId + ": no held probe " + index + " (" + ofNode.size() + " are held)");
      }
      Held released = ofNode.get(index);
      held.removeIf(h -> h.number() == released.number());
      done = released.done();
    }
    done.accept(result);
  }

  /** From now on the nodes of the tier say this of their site, where they answer. */
  public synchronized ScriptedProbeClient site(int tier, boolean write, boolean read) {
    canWrite.put(tier, write);
    canRead.put(tier, read);
    return this;
  }

  /** All questions about sites sent so far, in order. */
  public synchronized List<SiteSent> siteSent() {
    return List.copyOf(siteSent);
  }

  /** How many probes of the node are held. */
  public synchronized int held(String nodeId) {
    return (int) held.stream().filter(h -> h.node().id().equals(nodeId)).count();
  }

  /** The most probes of the node that were held at one time. */
  public synchronized int mostAtOnce(String nodeId) {
    return mostAtOnce.getOrDefault(nodeId, 0);
  }

  /** All probes sent so far, in order. */
  public synchronized List<Sent> sent() {
    return List.copyOf(sent);
  }

  /** The probes of this node sent so far, in order. */
  public synchronized List<Sent> sent(String nodeId) {
    return sent.stream().filter(s -> s.node().id().equals(nodeId)).toList();
  }

  /** Whether {@link #close()} was called. */
  public synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public void probe(
      Node node, HealthCheck check, @Nullable Probe question, Consumer<ProbeResult> done) {
    ProbeResult result = siteAnswer(node, check, question);
    if (result != null) {
      done.accept(result);
      return;
    }
    synchronized (this) {
      sent.add(new Sent(node, check, ticker.read()));
      if (closed) {
        result = ProbeResult.down(Evidence.LOCAL, "probe client closed", Duration.ZERO);
      } else if (holding.containsKey(node.id())) {
        held.add(new Held(sent.size(), node, done));
        mostAtOnce.merge(node.id(), held(node.id()), Math::max);
        return;
      } else {
        Deque<ProbeResult> script = script(node);
        result = script.size() > 1 ? script.removeFirst() : script.getFirst();
      }
    }
    done.accept(result);
  }

  private Deque<ProbeResult> script(Node node) {
    return scripts.getOrDefault(node.id(), new ArrayDeque<>(List.of(UP)));
  }

  /** Null for a question that is not about a site. */
  private synchronized @Nullable ProbeResult siteAnswer(
      Node node, HealthCheck check, @Nullable Probe question) {
    boolean write = check.clusterCheck().map(asked -> asked.canWrite() == question).orElse(false);
    boolean read = check.clusterCheck().map(asked -> asked.canRead() == question).orElse(false);
    if (!write && !read) {
      return null;
    }
    siteSent.add(new SiteSent(node, write, ticker.read()));
    ProbeResult ofNode = script(node).getFirst();
    if (closed) {
      return ProbeResult.down(Evidence.LOCAL, "probe client closed", Duration.ZERO);
    } else if (holding.containsKey(node.id())) {
      return noAnswer();
    } else if (ofNode.evidence() != Evidence.ANSWERED) {
      return ofNode;
    }
    boolean yes = (write ? canWrite : canRead).getOrDefault(node.tier(), true);
    return ProbeResult.answered(
        yes ? Verdict.up("200") : Verdict.down("503"),
        new ProbeAnswer(yes ? 200 : 503, Map.of(), ""),
        Duration.ofMillis(1));
  }

  @Override
  public void close() {
    List<Held> cut;
    synchronized (this) {
      closed = true;
      cut = List.copyOf(held);
      held.clear();
    }
    cut.forEach(
        h ->
            h.done()
                .accept(ProbeResult.down(Evidence.LOCAL, "probe client closed", Duration.ZERO)));
  }
}
