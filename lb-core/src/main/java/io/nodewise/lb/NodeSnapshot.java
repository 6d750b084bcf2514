package io.nodewise.lb;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One node at one moment.
 *
 * @param node the node
 * @param state what it may be given
 * @param reason why it is in that state, in a few words
 * @param age for how long it has been
 * @param inFlight attempts that have begun and not ended
 * @param parked those of them whose answer waits for a caller who reads slowly or not at all; they
 *     don't count as load, nor for limits
 * @param attempts attempts so far
 * @param faults attempts that failed by the node's fault
 * @param loads attempts it answered by asking for less
 * @param share its part of all attempts so far, 0 to 1
 * @param weight its weight just now, less than configured while it starts slowly or is degraded
 * @param penalty what recent failures add to its load, in attempts
 * @param paused whether it asked to be left alone for a while, and so is asked last
 * @param firstByteP50 median time to first byte of reads in the last minute or so; zero if none
 * @param firstByteP99 99th percentile of the same
 * @param history what has happened to it so far
 * @param probe the last probe; null before the first
 */
public record NodeSnapshot(
    Node node,
    NodeState state,
    String reason,
    Duration age,
    int inFlight,
    int parked,
    long attempts,
    long faults,
    long loads,
    double share,
    double weight,
    double penalty,
    boolean paused,
    Duration firstByteP50,
    Duration firstByteP99,
    NodeHistory history,
    @Nullable ProbeSnapshot probe) {}
