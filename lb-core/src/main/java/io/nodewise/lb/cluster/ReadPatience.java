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

  private final double factor;
  private final long least;
  private final long most;
  private long limit;
  private long usual;
  private boolean learnt;
  private long learntAt;

  ReadPatience(Timeouts timeouts) {
    factor = timeouts.readPatience();
    // Twice the suspicion: the probe is to have its say first, which tells more.
    least = Math.min(timeouts.firstByte().toNanos(), 2 * timeouts.suspicion().toNanos());
    most = timeouts.firstByte().toNanos();
    limit = most;
  }

  /** Looks at the times of the nodes, once a second. */
  void learn(Collection<LiveNode> nodes, long now) {
    if (factor == 0 || (learnt && now - learntAt < LEARN)) {
      return;
    }
    learnt = true;
    learntAt = now;
    FirstByteTimes all = new FirstByteTimes();
    int count = 0;
    for (LiveNode node : nodes) {
      count += all.add(node.firstByteTimes);
    }
    if (count < ENOUGH) {
      limit = most;
      return;
    }
    usual = all.quantile(NEARLY_ALL);
    limit = (long) Math.max(least, Math.min(most, usual * factor));
  }

  /** In nanoseconds. */
  long limit() {
    return limit;
  }

  /** Whether it is less than the first byte timeout. */
  boolean isShort() {
    return limit < most;
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
