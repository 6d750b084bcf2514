package io.nodewise.lb.health;

import java.util.Objects;

/**
 * What an answer to a probe says about the node that gave it. Immutable and thread-safe. Everything
 * but {@link Kind#DOWN} comes from a node that is alive, and takes effect at once; down takes
 * effect after {@link HealthCheckBuilder#fall} answers in a row.
 */
public final class Verdict {

  /** What a node may be given. */
  public enum Kind {
    /** Everything. */
    UP,
    /** Everything, but less of it: its weight is multiplied by {@link #score()}. */
    DEGRADED,
    /** Reads. Writes go there only when no other node is left. */
    READ_ONLY,
    /** Nothing new, what runs may end: it is being taken out of service. */
    DRAIN,
    /** Nothing. */
    DOWN
  }

  private static final Verdict UP = new Verdict(Kind.UP, 1, "ok");

  private final Kind kind;
  private final double score;
  private final String reason;

  private Verdict(Kind kind, double score, String reason) {
    this.kind = kind;
    this.score = score;
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  /** The node is well. */
  public static Verdict up() {
    return UP;
  }

  /** The node is well, with what it answered, such as {@code 200}. */
  public static Verdict up(String reason) {
    return new Verdict(Kind.UP, 1, reason);
  }

  /**
   * The node is well but wants less.
   *
   * @param score its fitness, 0 to 1; what is below 0.01 counts as 0.01, because a score lowers a
   *     share and never takes a node out
   * @throws IllegalArgumentException if the score is out of range
   */
  public static Verdict degraded(double score, String reason) {
    if (!(score >= 0 && score <= 1)) {
      throw new IllegalArgumentException("score: " + score + " (expected: 0 to 1)");
    }
    return new Verdict(Kind.DEGRADED, Math.max(0.01, score), reason);
  }

  /** The node can be read from. */
  public static Verdict readOnly(String reason) {
    return new Verdict(Kind.READ_ONLY, 1, reason);
  }

  /** The node is being taken out of service. */
  public static Verdict drain(String reason) {
    return new Verdict(Kind.DRAIN, 1, reason);
  }

  /** The node is not fit for requests. */
  public static Verdict down(String reason) {
    return new Verdict(Kind.DOWN, 1, reason);
  }

  /** What the node may be given. */
  public Kind kind() {
    return kind;
  }

  /** Its fitness, 0.01 to 1; 1 unless {@link Kind#DEGRADED}. */
  public double score() {
    return score;
  }

  /** Why, in a few words. */
  public String reason() {
    return reason;
  }

  /** Whether it is {@link Kind#DOWN}. */
  public boolean isDown() {
    return kind == Kind.DOWN;
  }

  @Override
  public String toString() {
    return kind + (kind == Kind.DEGRADED ? " " + score : "") + " (" + reason + ")";
  }
}
