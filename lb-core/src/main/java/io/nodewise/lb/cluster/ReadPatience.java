package io.nodewise.lb.cluster;

import io.nodewise.lb.retry.Timeouts;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/*
 * A node whose storage hangs may answer its probes all the same, and then only its silence tells. So
 * the first attempt of a read is given up much earlier than the first byte timeout says, if it could
 * go on elsewhere: after a multiple of what nearly all reads of the whole set take just now. Only the
 * first one, since a read that is slow by its nature is slow on every node, and then gets all the
 * time there is on the second. Not where the node answers other reads meanwhile, or nobody does:
 * then it is the reads that are slow. And only once the node has answered a probe meanwhile: where it has
 * not, the network may stall for everybody, and the probes are about to tell.
 */
/** How long the first attempt of a read waits for an answer. The background thread's. */
final class ReadPatience {
  /** Reads that a quantile must rest on. */
  private static final int ENOUGH = 100;

  private static final double NEARLY_ALL = 0.99;
  private static final long LEARN = TimeUnit.SECONDS.toNanos(1);

  private long usual; // 0 while too few reads are known
  private boolean learnt;
  private long learntAt;

  /** Looks at the times of the nodes, once a second. */
  void learn(Collection<LiveNode> nodes, long now) {
    if (learnt && now - learntAt < LEARN) {
      return;
    }
    learnt = true;
    learntAt = now;
    FirstByteTimes all = new FirstByteTimes();
    int count = 0;
    for (LiveNode node : nodes) {
      count += all.add(node.firstByteTimes);
    }
    usual = count < ENOUGH ? 0 : all.quantile(NEARLY_ALL);
  }

  /**
   * Whether a read that has been silent for so long is to go on elsewhere, before its first byte
   * timeout ends it.
   */
  boolean isExceeded(Timeouts clocks, long silence) {
    double factor = clocks.readPatience();
    if (usual == 0 || factor == 0) {
      return false;
    }
    // Twice the suspicion: the probe is to have its say first, which tells more.
    long least = 2 * clocks.suspicion().toNanos();
    double limit = Math.max((double) least, usual * factor);
    return silence >= limit && limit < clocks.firstByte().toNanos();
  }

  /** What is to be said of an attempt that was silent for longer. */
  String exceededBy(long silence) {
    return "did not answer for "
        + TimeUnit.NANOSECONDS.toMillis(silence)
        + " ms, nearly all reads do within "
        + Math.max(1, TimeUnit.NANOSECONDS.toMillis(usual))
        + " ms";
  }
}
