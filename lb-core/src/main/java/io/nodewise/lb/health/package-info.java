/**
 * Health: what a probe asks ({@link io.nodewise.lb.health.HealthCheck}), the clock and the sockets
 * that send probes ({@link io.nodewise.lb.health.Prober}, {@link
 * io.nodewise.lb.health.SocketProbeClient}), how results are counted, and the settings of passive
 * detection and recovery. Calls the rooms {@code node} and {@code time} only. Presets, kinds of
 * probes and constants may be changed here; what a result does to a node is decided in {@code
 * cluster}, never here.
 *
 * <p>Settings and presets are API; the prober, its clients and results are machinery that may
 * change.
 */
@NullMarked
package io.nodewise.lb.health;

import org.jspecify.annotations.NullMarked;
