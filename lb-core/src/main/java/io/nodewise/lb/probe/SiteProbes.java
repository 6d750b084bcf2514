package io.nodewise.lb.probe;

import io.nodewise.lb.health.ClusterCheck;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.time.Tasks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks each site what its cluster can do: one node at a time, another one each time, because all of
 * them answer for the same cluster. The nodes of a tier are a site. Tasks thread only.
 */
final class SiteProbes {
  /*
   * A round asks one node whether the cluster can take writes and then whether it can serve reads.
   * Only HTTP answers count: a node that gives none says nothing about its cluster, and isn't asked
   * the second question. The next round begins a gap after the end of this one, at a pace as for
   * nodes: fast while the last answer contradicts what is settled, backing off while the site is
   * settled at a "no", or was doubted and the node asked gave no answer.
   *
   * In optimistic mode a site that can do everything rests like its nodes, and is woken with them.
   */
  private static final Logger log = LoggerFactory.getLogger(SiteProbes.class);

  private final Prober prober;
  private final ClusterCheck questions;
  private final Map<Integer, Site> byTier = new HashMap<>();

  SiteProbes(Prober prober, ClusterCheck questions) {
    this.prober = prober;
    this.questions = questions;
  }

  /** Asks the sites of these nodes from now on and no others. */
  void track(Collection<Node> nodes) {
    Map<Integer, List<Node>> wanted = new TreeMap<>();
    nodes.forEach(node -> wanted.computeIfAbsent(node.tier(), tier -> new ArrayList<>()).add(node));
    byTier.values().removeIf(site -> !site.continueWith(wanted.get(site.tier)));
    wanted.forEach((tier, own) -> byTier.computeIfAbsent(tier, added -> new Site(tier, own)));
  }

  /** Somebody doubts a node of the site; if the site is at rest, it is asked soon. */
  void wake(int tier) {
    Site site = byTier.get(tier);
    if (site != null) {
      site.wake();
    }
  }

  /** What the answers to one of the questions have settled. */
  private final class Ability {
    final String name;
    final Probe question;
    final RiseFall counted = new RiseFall(prober.check.rise(), prober.check.fall());
    boolean isHeard; // ever
    boolean lastAnswer = true;
    String why = "";

    Ability(String name, Probe question) {
      this.name = name;
      this.question = question;
    }

    void count(boolean yes, String reason) {
      counted.record(yes);
      isHeard = true;
      lastAnswer = yes;
      why = reason;
    }

    boolean isGiven() {
      return !counted.isDown();
    }

    boolean isContradicted() {
      return lastAnswer != isGiven();
    }
  }

  private final class Site {
    final int tier;
    final Ability write = new Ability("write", questions.canWrite());
    final Ability read = new Ability("read", questions.canRead());
    private List<Node> nodes;
    private int turn; // index of the node asked last
    private boolean toldWrite = true;
    private boolean toldRead = true;
    private Tasks.@Nullable Scheduled next; // none during a round, or at rest
    private @Nullable Object asking; // the question under way
    private int backedOff;

    Site(int tier, List<Node> nodes) {
      this.tier = tier;
      this.nodes = nodes;
      this.turn = prober.random.nextInt(nodes.size()); // or all clients would begin with the same
      next = prober.tasks.schedule(prober.gaps.firstOfSite(), this::round);
    }

    boolean continueWith(@Nullable List<Node> now) {
      if (now != null) {
        nodes = now;
        return true;
      }
      asking = null;
      if (next != null) {
        next.cancel();
      }
      if (!toldWrite || !toldRead) { // whoever comes to this tier later is another site
        prober.tellSite(tier, true, true, "not probed any more");
      }
      return false;
    }

    void wake() {
      if (next == null && asking == null) {
        next = prober.tasks.schedule(prober.gaps.ofSite(Pace.FAST, 0), this::round);
      }
    }

    private void round() {
      next = null;
      Node node = nextInTurn();
      if (node == null) {
        end(false);
      } else {
        ask(node, write, () -> ask(node, read, () -> end(true)));
      }
    }

    private @Nullable Node nextInTurn() {
      for (int i = 1; i <= nodes.size(); i++) {
        int index = (turn + i) % nodes.size();
        if (prober.isUsable(nodes.get(index))) {
          turn = index;
          return nodes.get(index);
        }
      }
      return null;
    }

    private void ask(Node node, Ability ability, Runnable then) {
      Object question = new Object();
      asking = question;
      Consumer<ProbeResult> ended =
          result -> {
            if (asking == question) { // else told twice, or the site is gone
              asking = null;
              take(node, ability, result, then);
            }
          };
      prober.send(node, ability.question, ended);
    }

    private void take(Node node, Ability ability, ProbeResult result, Runnable then) {
      log.debug("{} of tier {}, asked of {}: {}", ability.name, tier, node, result);
      if (prober.isClosed()) {
        return;
      }
      if (result.answer() == null || !nodes.contains(node)) {
        end(false);
        return;
      }
      ability.count(result.isUp(), result.reason() + " (" + node.id() + ")");
      then.run();
    }

    private void end(boolean answered) {
      tellChange();
      Pace pace = pace(answered);
      if (pace != Pace.BACK_OFF) {
        backedOff = 0;
      }
      boolean isKnown = write.isHeard && read.isHeard;
      if (pace == Pace.STEADY && isKnown && prober.check.isOptimistic()) {
        return; // until somebody doubts one of its nodes
      }
      next = prober.tasks.schedule(prober.gaps.ofSite(pace, backedOff), this::round);
      backedOff += pace == Pace.BACK_OFF ? 1 : 0;
    }

    private Pace pace(boolean answered) {
      boolean contradicted = write.isContradicted() || read.isContradicted();
      if (contradicted && answered) {
        return Pace.FAST;
      }
      boolean given = write.isGiven() && read.isGiven();
      return contradicted || !given ? Pace.BACK_OFF : Pace.STEADY;
    }

    private void tellChange() {
      List<String> why = new ArrayList<>();
      if (write.isGiven() != toldWrite) {
        why.add("write: " + write.why);
      }
      if (read.isGiven() != toldRead) {
        why.add("read: " + read.why);
      }
      if (!why.isEmpty()) {
        toldWrite = write.isGiven();
        toldRead = read.isGiven();
        prober.tellSite(tier, toldWrite, toldRead, String.join(", ", why));
      }
    }
  }
}
