package io.nodewise.examples.status;

/**
 * Something that happened to the cluster.
 *
 * @param at milliseconds since 1970
 * @param node whose state changed; empty for what concerns them all
 * @param state the state it has now; empty for what concerns them all
 * @param text what happened, in a few words
 */
record Event(long at, String node, String state, String text) {}
