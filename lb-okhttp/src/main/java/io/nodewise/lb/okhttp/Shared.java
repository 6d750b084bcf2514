package io.nodewise.lb.okhttp;

import org.jspecify.annotations.Nullable;

/**
 * What the requests of one client have in common.
 *
 * @param hedges null where hedging is off
 */
record Shared(NodeClients clients, BrokenConnections broken, @Nullable HedgeThreads hedges) {}
