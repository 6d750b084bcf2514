package io.nodewise.lb.cluster;

import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.node.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/*
 * Every so often the median of each node's latest times to first byte is compared with the median of
 * the medians of the other nodes of its tier. A node several times slower than the others, by a time that somebody can
 * feel, in three looks in a row, is an outlier. Medians, because one sick node must not move the
 * measure it is measured by: a mean with deviations stops finding anybody once a fifth of the set is
 * sick. First bytes of reads only: the time of a whole request says how big it is.
 *
 * The answers of a look are those since the last one, so that a node that was slow is not slow for
 * ever; a node with too few of them is looked at when it has enough.
 */
/** Finds nodes that are much slower than the others. The background thread's. */
final class SlowNodes {
  private static final long LOOK = TimeUnit.SECONDS.toNanos(2);

  /** Answers that a median must rest on. */
  static final int ENOUGH = 10;

  /** Looks in a row; one may fall on a burst of large listings. */
  static final int LOOKS = 3;

  /** Who knows nothing newer about a node compares nobody with it. */
  private static final long OLD = TimeUnit.SECONDS.toNanos(30);

  private final OutlierDetection settings;
  private boolean looked;
  private long lookedAt;

  SlowNodes(OutlierDetection settings) {
    this.settings = settings;
  }

  /** Hears of a slow node. */
  interface Found {
    void slow(LiveNode node, String reason);
  }

  void tick(Collection<LiveNode> nodes, long now, Found found) {
    if (settings.slowFactor() == 0 || nodes.size() < 2 || (looked && now - lookedAt < LOOK)) {
      return;
    }
    looked = true;
    lookedAt = now;
    Map<Integer, List<LiveNode>> byTier = new HashMap<>();
    for (LiveNode node : nodes) {
      node.firstBytes().look(ENOUGH, now);
      if (node.health.state().eligible() && node.firstBytes().isKnown(now, OLD)) {
        byTier.computeIfAbsent(node.node().tier(), tier -> new ArrayList<>()).add(node);
      }
    }
    for (List<LiveNode> tier : byTier.values()) {
      tier.sort(Comparator.comparingLong(node -> node.firstBytes().median()));
      for (int place = 0; place < tier.size() && tier.size() > 1; place++) {
        judge(tier.get(place), usual(tier, place), now, found);
      }
    }
  }

  /** The lower median of all medians of the tier but this one's. */
  private static long usual(List<LiveNode> tier, int place) {
    int middle = (tier.size() - 2) / 2;
    return tier.get(middle < place ? middle : middle + 1).firstBytes().median();
  }

  private void judge(LiveNode node, long usual, long now, Found found) {
    FirstBytes seen = node.firstBytes();
    if (!seen.isFresh(now)) {
      return;
    }
    boolean slow =
        seen.median() >= usual * settings.slowFactor()
            && seen.median() - usual >= settings.slowMargin().toNanos();
    if (seen.isSlow(slow) >= LOOKS && isJudged(node)) {
      seen.forget();
      found.slow(node, "slow: first byte " + shown(seen.median()) + ", others " + shown(usual));
    }
  }

  /** Whoever is on trial or warming up is given time. */
  private static boolean isJudged(LiveNode node) {
    return node.health.state() != NodeState.TRIAL && !node.isWarmingUp();
  }

  private static String shown(long nanos) {
    Duration time = Duration.ofNanos(nanos);
    return time.toMillis() >= 10
        ? time.toMillis() + " ms"
        : Math.round(time.toNanos() / 1e5) / 10.0 + " ms";
  }
}
