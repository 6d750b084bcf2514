package io.nodewise.lb.endtoend;

import java.util.List;
import java.util.Map;

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

  /**
   * What one node was asked.
   *
   * @param attempts so many
   * @param faults how many of them failed
   * @param reasons how many for which reason, and how many were answered by asking for less
   */
  record Share(
      String node, long attempts, long faults, boolean killed, Map<String, Integer> reasons) {}
}
