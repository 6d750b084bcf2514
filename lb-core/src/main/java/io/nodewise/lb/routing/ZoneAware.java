package io.nodewise.lb.routing;

import io.nodewise.lb.node.RequestHint;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * Two choices, one per side, and then the nearer one unless it has clearly more to do. So a zone
 * that lost half of its nodes spills over as the rest of it fills up, long before it is dead, and a
 * remote zone helps with a burst. Some requests' worth of difference is never enough: with few in
 * flight a single one would decide.
 */
/** The local zone first, as long as it is not clearly busier than the others. */
final class ZoneAware implements Balancer {
  /** The local node may have twice as much to do as the remote one ... */
  private static final double BUSIER = 2;

  /** ... and in any case that many attempts more, per unit of weight. */
  private static final double UNFELT = 4;

  private final String zone;
  private final Balancer here;
  private final Balancer there;

  /**
   * Both sides are asked for one request, so each has a balancer of its own: what one remembers is
   * not overwritten by the other.
   */
  ZoneAware(String zone, Balancer here, Balancer there) {
    this.zone = zone;
    this.here = here;
    this.there = there;
  }

  @Override
  public boolean yieldsAtShare() {
    return here.yieldsAtShare();
  }

  @Override
  public Picker over(Candidate[] group) {
    Candidate[] local = side(group, true);
    Candidate[] remote = side(group, false);
    if (local.length == 0 || remote.length == 0) {
      return (remote.length == 0 ? here : there).over(group);
    }
    Picker near = here.over(local);
    Picker far = there.over(remote);
    return (tried, hint, random) -> pick(near, far, tried, hint, random);
  }

  private Candidate[] side(Candidate[] group, boolean isLocal) {
    return Arrays.stream(group)
        .filter(candidate -> candidate.node().zone().filter(zone::equals).isPresent() == isLocal)
        .toArray(Candidate[]::new);
  }

  private static @Nullable Candidate pick(
      Picker near, Picker far, Tried tried, RequestHint hint, long random) {
    Candidate here = near.pick(tried, hint, random);
    if (here != null && here.load() <= UNFELT * here.weight()) {
      return here;
    }
    Candidate there = far.pick(tried, hint, Chance.more(random));
    if (here == null || there == null) {
      return here == null ? there : here;
    }
    double busyHere = here.load() / here.weight();
    double busyThere = there.load() / there.weight();
    boolean spills = busyHere > busyThere + UNFELT && busyHere > busyThere * BUSIER;
    return spills ? there : here;
  }
}
