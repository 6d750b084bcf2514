/**
 * Probing: the clock that sends probes ({@link io.nodewise.lb.probe.Prober}), the sockets they go
 * over ({@link io.nodewise.lb.probe.SocketProbeClient}), and how results are counted. Calls {@code
 * health}, {@code node} and {@code time}. When a probe is sent may be changed here; what it asks
 * stands in {@code health}, and what its result does to a node is decided in {@code cluster}.
 */
@NullMarked
package io.nodewise.lb.probe;

import org.jspecify.annotations.NullMarked;
