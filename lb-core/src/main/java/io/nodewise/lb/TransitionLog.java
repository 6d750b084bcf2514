package io.nodewise.lb;

import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.SiteChange;
import io.nodewise.lb.node.SiteVerdict;
import io.nodewise.lb.node.Transition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes one line per transition, per change of the set and per news of a site. */
final class TransitionLog implements LoadBalancerListener {
  private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

  private final String name;

  TransitionLog(String name) {
    this.name = name;
  }

  @Override
  public void onTransition(Transition transition) {
    log.info("{}: {}", name, transition);
  }

  @Override
  public void onSiteChange(SiteChange change) {
    log.info("{}: {}", name, change);
  }

  @Override
  public void onSiteVerdict(SiteVerdict verdict) {
    log.info("{}: {}", name, verdict);
  }

  @Override
  public void onNodeSet(NodeSet before, NodeSet after) {
    log.info("{}: {} nodes, before {}: {}", name, after.size(), before.size(), after);
  }
}
