package io.nodewise.lb.probe;

import io.nodewise.lb.health.ProbeAnswer;
import io.nodewise.lb.health.Verdict;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one probe found out about one node.
 *
 * @param verdict what the node is fit for
 * @param evidence what the verdict rests on
 * @param took from the start of the probe to its verdict
 * @param answer what it answered by HTTP, if it did
 */
public record ProbeResult(
    Verdict verdict, Evidence evidence, Duration took, @Nullable ProbeAnswer answer) {

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
     * The probe failed on this machine, for want of a file descriptor or a port, or because the
     * machine stopped for a while: nothing is known about the node. {@link Prober} never passes
     * such a result on.
     */
    LOCAL
  }

  /** The node answered as expected. */
  public static ProbeResult up(String reason, Duration took) {
    return new ProbeResult(Verdict.up(reason), Evidence.ANSWERED, took, null);
  }

  /** The node did not answer as expected, or not at all. */
  public static ProbeResult down(Evidence evidence, String reason, Duration took) {
    return new ProbeResult(Verdict.down(reason), evidence, took, null);
  }

  /** The node answered, and this is what its answer means. */
  public static ProbeResult answered(Verdict verdict, ProbeAnswer answer, Duration took) {
    return new ProbeResult(verdict, Evidence.ANSWERED, took, answer);
  }

  /** Whether the node is alive, fit for everything or not. */
  public boolean isUp() {
    return !verdict.isDown();
  }

  /** Why, in a few words, such as {@code connection refused}. */
  public String reason() {
    return verdict.reason();
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
    return verdict + " in " + took.toMillis() + " ms";
  }
}
