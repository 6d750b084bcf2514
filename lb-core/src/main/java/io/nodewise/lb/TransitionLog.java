package io.nodewise.lb;

import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.Transition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes one line per transition and per change of the set. */
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
  public void onNodeSet(NodeSet before, NodeSet after) {
    log.info("{}: {} nodes, before {}: {}", name, after.size(), before.size(), after);
  }
}
