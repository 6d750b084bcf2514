package io.nodewise.lb.cluster;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.time.Randomness;

/** What everything that judges a node needs to know. */
record Rules(
    HealthCheck check,
    boolean probing,
    OutlierDetection outliers,
    SlowStart slowStart,
    Randomness random) {}
