package io.nodewise.lb.cluster;

import io.nodewise.lb.routing.Backups;
import io.nodewise.lb.routing.SiteFailover;

/** How the nodes are put in order, and how many attempts each may have at most. */
record Order(SiteFailover failover, Backups backups, double panicThreshold, int nodeCap) {}
