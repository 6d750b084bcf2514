package io.nodewise.lb.health;

import java.time.Duration;

/**
 * What one probe found out about one node.
 *
 * @param verdict whether the node is fit for requests
 * @param evidence what the verdict rests on
 * @param reason why, in a few words, such as {@code connection refused}
 * @param took from the start of the probe to its verdict
 */
public record ProbeResult(Verdict verdict, Evidence evidence, String reason, Duration took) {

  /** Whether the node is fit for requests. */
  public enum Verdict {
    /** The node answered as expected. */
    UP,
    /** The node did not, or not as expected. */
    DOWN
  }

  /** What a verdict rests on. */
  public enum Evidence {
    /**
     * The node reacted: it sent an HTTP answer, perhaps an unexpected or a broken one, or it took
     * the connection and closed it again, or a TCP probe got its connection.
     */
    ANSWERED,
    /** Nobody listens on the port, or the connection was reset while it was made. */
    REFUSED,
    /** Silence until the time-out, while connecting or after it: a hung node or a black hole. */
    NO_ANSWER,
    /** No way to the node: its name is unknown, there is no route, or TLS failed. */
    UNREACHABLE,
    /**
     * The probe failed on this machine, for want of a file descriptor or a port: nothing is known
     * about the node. {@link Prober} never passes such a result on.
     */
    LOCAL
  }

  /** The node answered as expected. */
  public static ProbeResult up(String reason, Duration took) {
    return new ProbeResult(Verdict.UP, Evidence.ANSWERED, reason, took);
  }

  /** The node did not answer as expected. */
  public static ProbeResult down(Evidence evidence, String reason, Duration took) {
    return new ProbeResult(Verdict.DOWN, evidence, reason, took);
  }

  /** Whether the node is fit for requests. */
  public boolean isUp() {
    return verdict == Verdict.UP;
  }

  /**
   * Whether it says for certain, of the port that was probed, that nobody answers there. A wrong
   * answer, such as a 503, does not, nor does a name or a certificate that only the probe may have
   * trouble with.
   */
  public boolean isHard() {
    return evidence == Evidence.REFUSED || evidence == Evidence.NO_ANSWER;
  }

  @Override
  public String toString() {
    return verdict + " (" + reason + ", " + took.toMillis() + " ms)";
  }
}
