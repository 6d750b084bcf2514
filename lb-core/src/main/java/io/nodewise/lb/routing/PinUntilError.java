package io.nodewise.lb.routing;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Always the same node, until it fails or can't be had; then another one, for as long. */
final class PinUntilError implements Balancer {
  /** Less, in attempts on a node of weight 1, is the rest of a fault that is nearly forgotten. */
  private static final double FAILED = 0.5;

  private final Balancer choosing;
  private volatile @Nullable Candidate pinned; // by whichever thread had to choose

  PinUntilError(Balancer choosing) {
    this.choosing = choosing;
  }

  @Override
  public boolean yieldsAtShare() {
    return false;
  }

  @Override
  public Picker over(Candidate[] group) {
    Set<Candidate> members = Collections.newSetFromMap(new IdentityHashMap<>());
    Collections.addAll(members, group);
    Picker choose = choosing.over(group);
    return (tried, hint, random) -> {
      Candidate now = pinned;
      if (now != null && !(members.contains(now) && canBeHad(now))) {
        now = null;
      }
      if (now != null && !tried.contains(now)) {
        return now;
      }
      Candidate next = choose.pick(tried, hint, random);
      if (next != null && now == null) {
        pinned = next;
      }
      return next;
    };
  }

  /** By anybody: a request that has been there goes elsewhere, and nobody follows it. */
  private static boolean canBeHad(Candidate candidate) {
    double weight = candidate.weight(); // a fault of a light node is a small penalty
    return weight > 0 && !candidate.isFull() && candidate.penalty() < FAILED * weight;
  }
}
