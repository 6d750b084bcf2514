package io.nodewise.lb;

import io.nodewise.lb.health.Verdict;
import java.time.Duration;

/**
 * The last probe of a node.
 *
 * @param verdict what it found
 * @param took how long it took, connecting included
 * @param age how long ago it ended
 */
public record ProbeSnapshot(Verdict verdict, Duration took, Duration age) {}
