/**
 * A discrete-event simulator: many clients, each with a real load balancer, and nodes that are
 * queues, all on one virtual clock. Calls lb-core, its test bridge and the SDK's retry strategy;
 * contains no copy of what it tries. Is called by nothing, is not published.
 */
@NullMarked
package io.nodewise.lb.simulation;

import org.jspecify.annotations.NullMarked;
