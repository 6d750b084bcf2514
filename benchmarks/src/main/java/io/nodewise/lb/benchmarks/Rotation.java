package io.nodewise.lb.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/*
 * A machine is not the same all through a run: others work on it, it heats up, its host takes turns.
 * So what is compared is measured within the same minute, one after another, and the whole list
 * several times, each time from another place of it and every other time backwards.
 */
/** The order of measuring. */
public final class Rotation {
  private Rotation() {}

  /** The list as it is measured in one of several rounds; {@code round} may exceed them. */
  public static <T> List<T> of(List<T> all, int round, int rounds) {
    List<T> order = new ArrayList<>(all);
    Collections.rotate(order, all.size() * (round % rounds) / rounds);
    if (round % 2 == 1) {
      Collections.reverse(order);
    }
    return order;
  }
}
