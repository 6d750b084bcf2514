package io.nodewise.lb;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * One try of one request on one node. Ends exactly once; later endings are ignored. Not reusable.
 *
 * <p>Used by one thread at a time, except for {@link #end}, {@link #lost}, {@link #close}, {@link
 * #verdict} and {@link #node}, which any thread may call. Whoever took it from a {@link Route} ends
 * it, when the last byte of the response is read or nothing more can come.
 *
 * <p>The methods that say what is waited for feed the clocks of {@link
 * io.nodewise.lb.retry.Timeouts}; each costs some nanoseconds and reads no clock. An adapter that
 * never calls them gets the clock for the first byte only.
 */
public interface Attempt extends AutoCloseable {

  /** The node. */
  Node node();

  /**
   * How to unblock the thread that does the I/O when the attempt is given up; run at most twice.
   */
  void abortBy(Runnable action);

  /** The caller's own request body is being read: what takes time now is not the node's fault. */
  void readingLocalBody();

  /** The next bytes of the request are handed to the node. */
  void sending();

  /** The request has been sent whole; the first byte of the answer is awaited. */
  void sent();

  /**
   * So many more bytes of the request's body were given to the HTTP client; for those who look on.
   *
   * @param bytes since the last call of it; 0 or more
   */
  void bodySent(long bytes);

  /** The status of the answer, before it is said that it begins; for those who look on. */
  void status(int code);

  /** The answer begins. Its time feeds the node's latency, the whole request's never does. */
  void firstByte();

  /**
   * The answer begins, and is the error of a node that fails or asks for less. Its time says how
   * fast the node refuses, not how fast it serves, and is not taken: else those that still serve
   * would look slow beside it.
   */
  void firstByteOfError();

  /** More of the answer is being waited for. */
  void reading();

  /** The caller does something else than read; a slow reader is not a fault. */
  void idle();

  /**
   * As {@link #idle()}, after so many more bytes of the answer. A caller who for a second takes
   * little or nothing keeps nobody from the node: until he reads on, his attempt is {@linkplain
   * NodeSnapshot#parked() parked}, which neither limits nor policies count.
   *
   * @param received bytes since the last call of it; 0 or more
   */
  void idle(long received);

  /**
   * Ends the attempt, as cancelled, when nobody can reach {@code response} any more. The abort
   * action must not reach it either.
   */
  void endWith(Object response);

  /**
   * Why the balancer gave the attempt up, or null if it did not: then the exception its I/O ended
   * with is only the echo of the abort.
   */
  @Nullable Outcome verdict();

  /** Ends the attempt; a {@link #verdict()} takes precedence over any outcome but success. */
  void end(Outcome outcome);

  /**
   * Ends it as cancelled because another attempt of the same request, begun by {@link Route#hedge}
   * or before it, was answered first. Nothing is held against the node; but it was at least so
   * slow, and that counts as its latency where it tells anything.
   */
  void lost();

  /** Ends it as cancelled, if nothing has ended it. */
  @Override
  void close();
}
