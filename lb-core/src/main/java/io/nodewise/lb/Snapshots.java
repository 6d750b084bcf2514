package io.nodewise.lb;

import io.nodewise.lb.cluster.Cluster;
import io.nodewise.lb.cluster.Hedges;
import io.nodewise.lb.cluster.History;
import io.nodewise.lb.cluster.LastProbe;
import io.nodewise.lb.cluster.LiveNode;
import io.nodewise.lb.cluster.RetryAccount;
import io.nodewise.lb.cluster.Sites;
import io.nodewise.lb.cluster.SourceWatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a cluster as it is now. */
final class Snapshots {
  private Snapshots() {}

  static ClusterSnapshot of(Cluster cluster, @Nullable SourceWatch source) {
    long now = cluster.ticker().read();
    List<LiveNode> nodes = cluster.registry().nodes();
    long total = 0;
    for (LiveNode node : nodes) {
      total += node.attempts();
    }
    List<NodeSnapshot> views = new ArrayList<>(nodes.size());
    for (LiveNode node : nodes) {
      views.add(node(node, total, now));
    }
    List<SiteSnapshot> sites = new ArrayList<>();
    for (Sites.View site : cluster.registry().siteViews()) {
      sites.add(
          new SiteSnapshot(
              site.name(),
              site.enabled(),
              site.eligible(),
              site.first(),
              site.canWrite(),
              site.canRead()));
    }
    return new ClusterSnapshot(
        views,
        sites,
        total,
        cluster.counts().failovers(),
        cluster.counts().resumes(),
        cluster.counts().refusals(),
        retries(cluster.retries()),
        hedges(cluster.hedges()),
        cluster.registry().isPanic(),
        source(source, now));
  }

  private static @Nullable SourceSnapshot source(@Nullable SourceWatch watch, long now) {
    if (watch == null) {
      return null;
    }
    SourceWatch.Status status = watch.status();
    Long lookingSince = watch.lookingSince();
    return new SourceSnapshot(
        watch.sourceName(),
        status.found(),
        status.answered() ? since(status.foundAt(), now) : null,
        status.failures(),
        status.failure(),
        status.failure() == null ? null : since(status.failedAt(), now),
        lookingSince == null ? null : since(lookingSince, now));
  }

  private static Duration since(long then, long now) {
    return Duration.ofNanos(Math.max(0, now - then));
  }

  private static RetrySnapshot retries(RetryAccount retries) {
    return new RetrySnapshot(retries.taken(), retries.denied(), retries.left());
  }

  private static NodeHistory history(History history) {
    return new NodeHistory(
        history.transitions(), history.ejections(), history.goodProbes(), history.badProbes());
  }

  private static HedgeSnapshot hedges(Hedges hedges) {
    return new HedgeSnapshot(
        hedges.begunSoFar(),
        hedges.wonSoFar(),
        hedges.deniedSoFar(),
        hedges.delay().orElse(Duration.ZERO));
  }

  private static NodeSnapshot node(LiveNode node, long total, long now) {
    return new NodeSnapshot(
        node.node(),
        node.state(),
        node.reason(),
        since(node.since(), now),
        node.running(),
        node.parked(),
        node.attempts(),
        node.faults(),
        node.loads(),
        total == 0 ? 0 : (double) node.attempts() / total,
        node.weight(),
        node.penalty(),
        node.isPaused(),
        Duration.ofNanos(node.firstByteQuantile(0.5)),
        Duration.ofNanos(node.firstByteQuantile(0.99)),
        history(node.history()),
        probe(node.lastProbe(), now));
  }

  private static @Nullable ProbeSnapshot probe(@Nullable LastProbe last, long now) {
    return last == null
        ? null
        : new ProbeSnapshot(last.result().verdict(), last.result().took(), since(last.at(), now));
  }
}
