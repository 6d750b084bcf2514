package io.nodewise.lb.cluster;

import io.nodewise.lb.routing.Backups;
import io.nodewise.lb.routing.SiteFailover;

/** How the nodes are put in order. */
record Order(SiteFailover failover, Backups backups, double panicThreshold) {}
