package io.nodewise.lb.endtoend;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of a run; maps are in the order in which they are shown.
 *
 * @param circumstances machine, versions, command, date
 * @param speed of each workload, by arm, a tally for each round
 * @param ratios how much longer than the plain client of one node, by operation and arm
 * @param scaling nodes that serve a bounded number of requests at a time, by arm
 * @param drills what calls went through, by fault
 */
record Measured(
    List<String> circumstances,
    Map<Workload, Map<String, List<Tally>>> speed,
    Map<Operation, Map<String, Ratio>> ratios,
    Map<String, Tally> scaling,
    Map<Drill, DrillGround.Outcome> drills) {

  /** The rounds of each arm together. */
  static Map<String, Tally> sums(Map<String, List<Tally>> rounds) {
    Map<String, Tally> sums = new LinkedHashMap<>();
    rounds.forEach((arm, tallies) -> sums.put(arm, Tally.sum(tallies)));
    return sums;
  }
}
