package io.nodewise.lb;

import io.nodewise.lb.cluster.Cluster;
import io.nodewise.lb.cluster.Hedges;
import io.nodewise.lb.cluster.LiveNode;
import io.nodewise.lb.retry.Timeouts;
import org.jspecify.annotations.Nullable;

/** The second attempt of a read, beside the first. An answer that is no error of its node wins. */
final class HedgeAttempt extends NodeAttempt {
  private final Hedges hedges;

  HedgeAttempt(LiveNode node, Cluster cluster, @Nullable Timeouts own) {
    super(node, cluster.sweeper(), own, false, true, false);
    this.hedges = cluster.hedges();
  }

  @Override
  public void firstByte() {
    if (answered(true)) {
      hedges.won();
    }
  }

  @Override
  public String toString() {
    return "Hedge[" + node().id() + "]";
  }
}
