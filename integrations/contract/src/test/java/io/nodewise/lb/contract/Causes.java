package io.nodewise.lb.contract;

import java.util.ArrayList;
import java.util.List;

/** An exception and what it came from. */
final class Causes {
  private Causes() {}

  static List<Throwable> of(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable one = failure; one != null && !causes.contains(one); one = one.getCause()) {
      causes.add(one);
    }
    return causes;
  }
}
