package io.nodewise.lb.node;

import java.time.Duration;
import java.util.Objects;

/**
 * How one attempt ended, as far as the node is concerned. Immutable and thread-safe. An answer such
 * as 404 or 412 is a {@link Kind#SUCCESS}: the node did its work.
 */
public final class Outcome {

  /** What an outcome says about the node. */
  public enum Kind {
    /** The node answered and is well, whatever it answered. */
    SUCCESS,
    /** The node asked for less: 503 SlowDown, 429. Lowers its share, never puts it out. */
    LOAD,
    /** The node failed with a request: 500, a reset, a cut body, a time-out. Soft evidence. */
    FAULT,
    /** The node can't be reached or is known to hang. Hard evidence, if certain: one is enough. */
    UNREACHABLE,
    /** Nobody can blame the node: the caller gave up, or its own body failed. */
    CANCELLED
  }

  private static final Outcome SUCCESS = new Outcome(Kind.SUCCESS, "ok");
  private static final Outcome CANCELLED = new Outcome(Kind.CANCELLED, "cancelled");

  private final Kind kind;
  private final String reason;
  private final Duration pause;
  private final boolean certain;
  private final boolean doubtful;

  private Outcome(Kind kind, String reason) {
    this(kind, reason, Duration.ZERO, kind == Kind.UNREACHABLE, false);
  }

  private Outcome(Kind kind, String reason, Duration pause, boolean certain, boolean doubtful) {
    this.kind = kind;
    this.reason = Objects.requireNonNull(reason, "reason");
    this.pause = pause;
    this.certain = certain;
    this.doubtful = doubtful;
  }

  /** The node answered and is well. */
  public static Outcome success() {
    return SUCCESS;
  }

  /** The caller gave up; nothing is known of the node. */
  public static Outcome cancelled() {
    return CANCELLED;
  }

  /** As {@link #cancelled()}, with the reason, such as a request body that could not be read. */
  public static Outcome cancelled(String reason) {
    return new Outcome(Kind.CANCELLED, reason);
  }

  /**
   * As {@link #cancelled(String)}, but the node may have something to do with it, as when a pooled
   * connection turns out to be dead: nothing is held against it, and it is probed at once.
   */
  public static Outcome doubtful(String reason) {
    return new Outcome(Kind.CANCELLED, reason, Duration.ZERO, false, true);
  }

  /** The node asked for less. */
  public static Outcome load(String reason) {
    return new Outcome(Kind.LOAD, reason);
  }

  /**
   * The node asked for less, and to be left alone for a while, as by {@code Retry-After}.
   *
   * @param pause what the node asked for, however long; zero if it named no time
   * @throws IllegalArgumentException if {@code pause} is negative
   */
  public static Outcome load(String reason, Duration pause) {
    if (pause.isNegative()) {
      throw new IllegalArgumentException("pause: " + pause + " (expected: >= 0)");
    }
    return new Outcome(Kind.LOAD, reason, pause, false, false);
  }

  /** The node failed with this request. */
  public static Outcome fault(String reason) {
    return new Outcome(Kind.FAULT, reason);
  }

  /** The node can't be reached, or is known to hang. */
  public static Outcome unreachable(String reason) {
    return new Outcome(Kind.UNREACHABLE, reason);
  }

  /**
   * A connection to the node was not answered in time: as {@link #unreachable}, but the network may
   * be what does not answer, so the node is out only when a probe of another one is answered.
   */
  public static Outcome connectTimedOut(String reason) {
    return new Outcome(Kind.UNREACHABLE, reason, Duration.ZERO, false, false);
  }

  /** What it says about the node. */
  public Kind kind() {
    return kind;
  }

  /** Why, in a few words. */
  public String reason() {
    return reason;
  }

  /**
   * For how long the node asked to be left alone; zero if it did not. Only of {@link Kind#LOAD}.
   */
  public Duration pause() {
    return pause;
  }

  /** Whether {@link Kind#UNREACHABLE} is known for certain, as by a connection that was refused. */
  public boolean isCertain() {
    return certain;
  }

  /** Whether the node is to be probed, though nothing is held against it. */
  public boolean isDoubtful() {
    return doubtful;
  }

  /** Whether it counts against the node: {@link Kind#FAULT} or {@link Kind#UNREACHABLE}. */
  public boolean isNodeFault() {
    return kind == Kind.FAULT || kind == Kind.UNREACHABLE;
  }

  @Override
  public String toString() {
    return kind + " (" + reason + (pause.isZero() ? "" : ", pause " + pause) + ")";
  }
}
