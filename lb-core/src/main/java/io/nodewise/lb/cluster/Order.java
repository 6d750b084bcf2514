package io.nodewise.lb.cluster;

import io.nodewise.lb.routing.Backups;
import io.nodewise.lb.routing.InFlightLimits;
import io.nodewise.lb.routing.SiteFailover;

/** How the nodes are put in order, and how many attempts each may have. */
record Order(SiteFailover failover, Backups backups, double panicThreshold, InFlightLimits limits) {

  /** How many attempts a node may have at most. */
  int nodeCap() {
    return limits.perNode() == 0 ? Integer.MAX_VALUE : limits.perNode();
  }
}
