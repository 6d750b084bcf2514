package io.nodewise.lb.cluster;

import io.nodewise.lb.node.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/*
 * To be missing is not to be gone. A list may have been cut short, a name server be behind the others
 * or just have started; and some hand out a few of the addresses in turn. To add a node costs a probe,
 * to remove one its connections and all that is known of it. So nodes are added at once, and removed
 * when answers agree:
 *
 *   missing in two answers in a row, three if more than half of the members are missing at once
 *   who came back within ten minutes of a removal: in twice as many the next time, up to sixteen
 *
 * Only answers count that have nodes. Up to three are asked for soon; beyond that it is a matter of
 * turns, which shorter intervals would not speed up.
 */
/** Which members a source's answer leaves: a function of the answers so far. One thread. */
final class Departures {
  private static final int USUAL = 2;
  private static final int MOST = 16;
  private static final long MEMORY = Duration.ofMinutes(10).toNanos();

  /** What is remembered of a node that was missing. */
  private static final class Absence {
    int answers; // in a row
    int needed = USUAL;
    int required; // this time: more, where many went at once
    long last; // when it was missing, or was removed
    boolean removed;

    /** Whether it is missing and a member still. */
    boolean isCounted() {
      return answers > 0 && !removed;
    }
  }

  /**
   * What an answer comes to.
   *
   * @param nodes the members: all that were found, then those that are missing and stay
   * @param soon whether to ask again soon, because of the latter
   */
  record Verdict(List<Node> nodes, boolean soon) {}

  private final Map<String, Absence> absences = new HashMap<>(); // by id

  /** Takes an answer that has nodes. */
  Verdict judge(Collection<Node> members, List<Node> found, long now) {
    absences.values().removeIf(absence -> !absence.isCounted() && now - absence.last > MEMORY);
    Set<String> ids = new HashSet<>();
    Set<String> addresses = new HashSet<>();
    for (Node node : found) {
      ids.add(node.id());
      addresses.add(node.authority());
      Absence absence = absences.get(node.id());
      if (absence != null) {
        absence.answers = 0;
        if (absence.removed) {
          absence.removed = false;
          absence.needed = Math.min(MOST, absence.needed * 2);
        }
      }
    }
    List<Node> missing = members.stream().filter(node -> !ids.contains(node.id())).toList();
    int more = missing.size() * 2 > members.size() ? 1 : 0;
    List<Node> stay = new ArrayList<>(found);
    boolean soon = false;
    for (Node node : missing) {
      Absence absence = absences.computeIfAbsent(node.id(), id -> new Absence());
      absence.answers++;
      absence.last = now;
      if (absence.answers == 1) {
        absence.required = absence.needed + more;
      }
      if (absence.answers >= absence.required || addresses.contains(node.authority())) {
        absence.removed = true;
      } else {
        stay.add(node);
        soon |= absence.required <= USUAL + 1;
      }
    }
    return new Verdict(stay, soon);
  }
}
