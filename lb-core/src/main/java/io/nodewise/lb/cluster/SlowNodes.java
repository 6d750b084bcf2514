package io.nodewise.lb.cluster;

import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.node.NodeState;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
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
    for (LiveNode node : nodes) {
      node.firstBytes().look(ENOUGH, now);
    }
    for (LiveNode node : nodes) {
      judge(node, nodes, now, found);
    }
  }

  private void judge(LiveNode node, Collection<LiveNode> nodes, long now, Found found) {
    FirstBytes seen = node.firstBytes();
    if (!seen.isFresh(now)) {
      return;
    }
    long usual = usual(node, nodes, now);
    boolean slow =
        usual > 0
            && seen.median() >= usual * settings.slowFactor()
            && seen.median() - usual >= settings.slowMargin().toNanos();
    if (seen.isSlow(slow) >= LOOKS && isJudged(node)) {
      seen.forget();
      found.slow(node, "slow: first byte " + shown(seen.median()) + ", others " + shown(usual));
    }
  }

  /** Whoever is on trial or warming up is given time. */
  private static boolean isJudged(LiveNode node) {
    return node.health.state().eligible()
        && node.health.state() != NodeState.TRIAL
        && !node.isWarmingUp();
  }

  private static long usual(LiveNode node, Collection<LiveNode> nodes, long now) {
    long[] others =
        nodes.stream()
            .filter(other -> other != node && other.health.state().eligible())
            .filter(other -> other.node().tier() == node.node().tier()) // else far away, perhaps
            .filter(other -> other.firstBytes().isKnown(now, OLD))
            .mapToLong(other -> other.firstBytes().median())
            .toArray();
    Arrays.sort(others);
    return others.length == 0 ? 0 : others[(others.length - 1) / 2];
  }

  private static String shown(long nanos) {
    Duration time = Duration.ofNanos(nanos);
    return time.toMillis() >= 10
        ? time.toMillis() + " ms"
        : Math.round(time.toNanos() / 1e5) / 10.0 + " ms";
  }
}
