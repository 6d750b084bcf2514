package io.nodewise.lb.health;

import io.nodewise.lb.node.Node;
import java.util.OptionalDouble;

/**
 * Asks WEKA how loaded a server is: {@code x-weka-score}, 0 for idle to 1 for full, in every
 * answer. A node's fitness is what is left. 503 means over its limit, which is load as long as the
 * score says so, and no reason to take the node out: if all are, somebody has to serve. Immutable
 * and thread-safe.
 */
final class WekaLoad implements Probe {
  private static final ProbeRequest REQUEST = ProbeRequest.get("/wekas3api/health/ready");
  private static final String SCORE = "x-weka-score";

  /** Fitness of a server over its limit at most: hardly anything while others have room. */
  private static final double OVER_LIMIT = 0.05;

  @Override
  public ProbeRequest request(Node node) {
    return REQUEST;
  }

  @Override
  public Verdict read(ProbeAnswer answer) {
    OptionalDouble load = load(answer);
    return switch (answer.status()) {
      case 200 ->
          load.isPresent() && load.getAsDouble() > 0
              ? degraded(1 - load.getAsDouble(), answer)
              : Verdict.up("200");
      case 503 ->
          load.isPresent()
              ? degraded(Math.min(OVER_LIMIT, 1 - load.getAsDouble()), answer)
              : Verdict.down("503 without " + SCORE);
      default -> Verdict.down(answer.status() + " (expected: 200)");
    };
  }

  private static Verdict degraded(double fitness, ProbeAnswer answer) {
    String told = Printable.of(answer.header(SCORE).orElseThrow());
    return Verdict.degraded(fitness, answer.status() + ", " + SCORE + ": " + told);
  }

  /** Empty where it is not there or not what it should be. */
  private static OptionalDouble load(ProbeAnswer answer) {
    try {
      double load = answer.header(SCORE).map(Double::parseDouble).orElse(Double.NaN);
      return load >= 0 && load <= 1 ? OptionalDouble.of(load) : OptionalDouble.empty();
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  @Override
  public String toString() {
    return REQUEST + " -> 200, " + SCORE + " -> DEGRADED by it";
  }
}
