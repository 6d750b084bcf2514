package io.nodewise.lb.routing;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * How a node is chosen among those that may be. Immutable and thread-safe; one policy may serve
 * many load balancers, each of which gets a picker, and so the picker's state, of its own. The
 * default is {@link #leastLoaded()}.
 */
public final class BalancingPolicy {
  private static final BalancingPolicy LEAST_LOADED =
      new BalancingPolicy("leastLoaded", LeastLoadedPicker::new);
  private static final BalancingPolicy ROUND_ROBIN =
      new BalancingPolicy("roundRobin", RoundRobinPicker::new);

  private final String name;
  private final Supplier<Picker> pickers;

  private BalancingPolicy(String name, Supplier<Picker> pickers) {
    this.name = name;
    this.pickers = Objects.requireNonNull(pickers, "pickers");
  }

  /**
   * The node with the fewest attempts in flight, plus a decaying penalty for failures, relative to
   * its weight; ties go to the lowest recent time to first byte, and what is equal then is drawn at
   * random. Looks at all nodes of up to sixteen, at five distinct random ones of more.
   */
  public static BalancingPolicy leastLoaded() {
    return LEAST_LOADED;
  }

  /** Each node in turn, whatever its load or weight (a node of weight 0 takes nothing). */
  public static BalancingPolicy roundRobin() {
    return ROUND_ROBIN;
  }

  /** A picker with a state of its own. */
  public Picker newPicker() {
    return pickers.get();
  }

  @Override
  public String toString() {
    return name;
  }
}
