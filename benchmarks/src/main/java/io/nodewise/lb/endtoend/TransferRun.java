package io.nodewise.lb.endtoend;

import java.util.List;

/**
 * One transfer, measured.
 *
 * @param way up or down
 * @param bytes how large
 * @param seconds how long it took
 * @param failovers how often a request went on at another node
 * @param resumes how often a node was asked for the rest of an answer
 * @param shares what each node was asked
 */
record TransferRun(
    String way, long bytes, double seconds, long failovers, long resumes, List<Share> shares) {

  /** So many attempts at one node, and how many of them failed. */
  record Share(String node, long attempts, long faults, boolean killed) {}
}
