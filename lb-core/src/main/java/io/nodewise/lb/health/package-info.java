/**
 * Health settings: what a probe asks and what its answer means ({@link
 * io.nodewise.lb.health.HealthCheck} and its presets, {@link io.nodewise.lb.health.Probe}), when
 * outcomes of requests put a node out ({@link io.nodewise.lb.health.OutlierDetection}), and how it
 * comes back ({@link io.nodewise.lb.health.SlowStart}). Values and pure functions; calls {@code
 * node} only. Presets and constants may be changed here; the clock and the sockets are in {@code
 * probe}, and what a verdict does to a node is decided in {@code cluster}.
 */
@NullMarked
package io.nodewise.lb.health;

import org.jspecify.annotations.NullMarked;
