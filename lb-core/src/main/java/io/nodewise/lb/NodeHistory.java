package io.nodewise.lb;

/**
 * What has happened to one node so far. Immutable.
 *
 * @param transitions changes of its state
 * @param ejections how often it was put out because of failed requests, or for being slow
 * @param goodProbes probes that found it well
 * @param badProbes probes that did not
 */
public record NodeHistory(long transitions, long ejections, long goodProbes, long badProbes) {}
