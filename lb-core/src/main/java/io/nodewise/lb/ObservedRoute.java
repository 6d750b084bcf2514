package io.nodewise.lb;

import io.nodewise.lb.cluster.Cluster;
import io.nodewise.lb.cluster.Hedges;
import io.nodewise.lb.cluster.LiveNode;
import io.nodewise.lb.cluster.Sweeper;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.observe.AttemptReport;
import io.nodewise.lb.observe.RequestDescription;
import io.nodewise.lb.retry.Timeouts;
import org.jspecify.annotations.Nullable;

/** A route of whose attempts somebody wants to hear. */
final class ObservedRoute extends Route {
  private final Observers observers;
  private @Nullable RequestDescription description;

  ObservedRoute(Cluster cluster, RequestHint hint, @Nullable Timeouts own, Observers observers) {
    super(cluster, hint, own);
    this.observers = observers;
  }

  @Override
  public boolean isObserved() {
    return true;
  }

  @Override
  public void about(RequestDescription request) {
    description = request;
  }

  @Override
  NodeAttempt attempt(
      LiveNode node, AttemptReport.Kind kind, boolean hasBody, boolean hasAlternative) {
    return new ObservedAttempt(node, this, kind, hasBody, hasAlternative);
  }

  // For its attempts.

  Observers observers() {
    return observers;
  }

  @Nullable RequestDescription description() {
    return description;
  }

  Sweeper sweeper() {
    return cluster().sweeper();
  }

  Hedges hedges() {
    return cluster().hedges();
  }
}
