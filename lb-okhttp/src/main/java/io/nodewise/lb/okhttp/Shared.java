package io.nodewise.lb.okhttp;

import io.nodewise.lb.hedge.HedgeThreads;
import org.jspecify.annotations.Nullable;

/**
 * What the requests of one client have in common.
 *
 * @param keepsHost whether a request to a node names the host it was made for, not the node
 * @param hedges null where hedging is off
 */
record Shared(
    NodeClients clients,
    BrokenConnections broken,
    Answers answers,
    boolean keepsHost,
    @Nullable HedgeThreads hedges) {}
