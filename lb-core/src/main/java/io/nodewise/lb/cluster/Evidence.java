package io.nodewise.lb.cluster;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.probe.Pace;
import io.nodewise.lb.probe.ProbeResult;
import io.nodewise.lb.probe.Prober;
import io.nodewise.lb.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Reports come from everywhere: outcomes from request threads, probe results and the passing of time
 * from the background thread. Each says what it means for one node and leaves the change to the
 * registry. A success on a healthy node changes nothing and takes no lock: see report().
 */
/** What is found out about the nodes, by requests, probes and time. Thread-safe. */
final class Evidence implements Prober.Sink {
  private static final Logger log = LoggerFactory.getLogger(Evidence.class);

  private final Registry registry;
  private final Rules rules;
  private final Ticker ticker;
  private final OutlierJudge judge;
  private final SlowNodes slowNodes;
  private final Consumer<Node> probeSoon;

  /**
   * Evidence for this registry.
   *
   * @param probeSoon asks for a probe of a node at once; called without the lock
   */
  Evidence(
      Registry registry, Rules rules, Ticker ticker, OutlierJudge judge, Consumer<Node> probeSoon) {
    this.registry = registry;
    this.rules = rules;
    this.ticker = ticker;
    this.judge = judge;
    this.slowNodes = new SlowNodes(rules.outliers());
    this.probeSoon = probeSoon;
  }

  // Requests.

  /** An attempt ended that began in this era of the node. */
  void report(LiveNode node, Outcome outcome, int era, boolean isRead) {
    boolean current = era == node.era();
    boolean blamed = isRead || outcome.kind() != Outcome.Kind.FAULT || canWrite(node);
    node.count(outcome, current && blamed);
    switch (outcome.kind()) {
      case UNREACHABLE -> {
        if (outcome.isCertain() || !isProbed(node)) {
          inEra(era, node, now -> node.health.unreachable(outcome.reason(), false, now));
          probeSoon.accept(node.node());
        } else if (current) { // no answer to a connection is no more than silence: a probe tells
          fault(node, outcome, era);
          suspect(node);
        }
      }
      case SUCCESS -> {
        if (current) {
          success(node, era);
        }
      }
      case FAULT -> {
        if (current) {
          if (blamed) {
            fault(node, outcome, era);
          }
          suspect(node); // a reset may be all that is ever heard of a dead node
        }
      }
      case LOAD -> {
        Duration pause = outcome.pause();
        if (current && !pause.isZero()) {
          pause(node, pause, era);
        }
      }
      case CANCELLED -> {
        if (current && outcome.isDoubtful()) {
          suspect(node);
        }
      }
    }
  }

  private void success(LiveNode node, int era) {
    OutlierJudge.succeeded(node);
    if (node.watched()) {
      inEra(era, node, now -> node.health.success(OutlierJudge.isTrusted(node), now));
    }
  }

  private void fault(LiveNode node, Outcome outcome, int era) {
    inEra(era, node, now -> judge.failed(node, outcome.reason(), registry.nodes(), now));
  }

  /** Where the whole site can't write, no node is to blame for a write that failed. */
  private boolean canWrite(LiveNode node) {
    return registry.locked(() -> registry.sites().canWrite(node.node().tier()));
  }

  private void pause(LiveNode node, Duration asked, int era) {
    Duration longest = rules.outliers().maxPause();
    long pause = (asked.compareTo(longest) < 0 ? asked : longest).toNanos();
    if (pause > 0) {
      inEra(era, node, now -> node.health.pause(now + pause));
    }
  }

  /** An attempt got its first byte that began in this era of the node. */
  void answered(LiveNode node, int era) {
    inEra(era, node, node.health::answered);
  }

  private void inEra(int era, LiveNode node, LongConsumer evidence) {
    registry.change(
        node,
        now -> {
          if (era == node.era()) {
            evidence.accept(now);
          }
        });
  }

  /** A running attempt on the node has been silent for too long, or has failed. */
  void suspect(LiveNode node) {
    List<Node> asked = registry.locked(() -> asked(node));
    if (!asked.isEmpty()) {
      log.debug("{} is under suspicion, probing it", node.node().id());
      asked.forEach(probeSoon);
    }
  }

  private List<Node> asked(LiveNode node) {
    boolean isMember = registry.member(node.node()) == node;
    return isMember && node.health.suspect(ticker.read())
        ? Census.withOthers(registry.nodes(), node, 1, rules.random())
        : List.of();
  }

  /**
   * Whether the node has answered a probe since then, and so can be reached: its silence is its
   * own, and not everybody's. True where it is not probed, as nobody can tell.
   */
  boolean isReached(LiveNode node, long since) {
    return !isProbed(node) || registry.locked(() -> node.health.hasAnsweredSince(since));
  }

  private boolean isProbed(LiveNode node) {
    return rules.probing() && node.node().isProbed();
  }

  // Probes.

  @Override
  public Pace probed(Node probed, ProbeResult result) {
    List<Node> again = new ArrayList<>();
    Pace pace = registry.locked(() -> take(probed, result, again));
    again.forEach(probeSoon);
    return pace;
  }

  /** Adds to {@code again} whom to probe once more because of it. */
  private Pace take(Node probed, ProbeResult result, List<Node> again) {
    LiveNode node = registry.member(probed);
    if (node == null) {
      return Pace.STEADY; // not a member any more; the prober will hear of it
    }
    long now = ticker.read();
    long began = now - result.took().toNanos();
    List<LiveNode> nodes = registry.nodes();
    boolean witnessed = !result.isUp() && Census.hasWitness(nodes, node, began);
    node.lastProbe(result, now);
    node.history().probed(result.isUp());
    registry.change(node, time -> node.health.probed(result, witnessed, time));
    if (!result.isUp() && node.health.isInDoubt()) {
      again.addAll(Census.withOthers(nodes, node, Census.WITNESSES, rules.random()));
    }
    return node.health.pace(!Census.hasEligible(nodes));
  }

  @Override
  public void cannotProbe(Node node) {
    LiveNode member = registry.member(node);
    if (member != null) {
      registry.change(member, member.health::blind);
    }
  }

  @Override
  public boolean isUsable(Node node) {
    LiveNode member = registry.member(node);
    return member != null && member.health.state().eligible();
  }

  @Override
  public void siteProbed(int tier, boolean canWrite, boolean canRead, String reason) {
    registry.siteSays(tier, canWrite, canRead, reason);
  }

  // Time.

  /** Time passed: ends ejections, goes on with slow starts, lets penalties fade. */
  void tick(double penaltyFactor, double latencyFactor) {
    List<LiveNode> nodes = registry.nodes();
    for (LiveNode node : nodes) {
      node.decayPenalty(penaltyFactor);
      node.decayLatency(latencyFactor);
      registry.change(
          node,
          now -> {
            node.health.tick(node.isFull(), now);
            OutlierJudge.tick(node);
          });
    }
    registry.tick();
    slowNodes.tick(nodes, ticker.read(), this::slow);
  }

  private void slow(LiveNode node, String reason) {
    registry.change(node, now -> judge.slow(node, reason, registry.nodes(), now));
  }
}
