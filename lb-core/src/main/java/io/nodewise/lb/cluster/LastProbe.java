package io.nodewise.lb.cluster;

import io.nodewise.lb.probe.ProbeResult;

/** What the last probe of a node found, and when by the cluster's clock. */
public record LastProbe(ProbeResult result, long at) {}
