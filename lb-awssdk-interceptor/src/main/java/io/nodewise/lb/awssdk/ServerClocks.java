package io.nodewise.lb.awssdk;

import java.util.concurrent.TimeUnit;

/*
 * A node that says RequestTimeTooSkewed has a wrong clock, or ours is wrong. The SDK takes it for ours:
 * it sets the offset by which it signs all requests from then on, to every node, right by the one
 * that complained. Where that is the one whose clock is wrong, all others turn the next requests
 * away, until one of them has set the offset back, and so on.
 *
 * So if nodes have taken our time for right lately, the first complaint of a call does not reach the
 * SDK: another node is asked. If that one complains too, our own clock has stepped, as when a virtual
 * machine goes on after a pause: the SDK hears it and sets it right within the call, as it would without
 * us. Nobody is charged with either, since what is ours would take node after node out.
 */
/** Whose clock is wrong if a node says that one is. Thread-safe. */
final class ServerClocks {
  /** A clock that was right so lately is right still; long enough for a client of few requests. */
  private static final long BELIEVED = TimeUnit.MINUTES.toNanos(1);

  /** So often is noted that a request was taken, in nanoseconds: a tenth of what matters. */
  private static final long OFTEN = TimeUnit.SECONDS.toNanos(6);

  private volatile boolean everTaken; // by whoever gets an answer, as the next
  private volatile long takenAt;

  /** A node took a signed request. */
  void taken(long now) {
    if (!everTaken || now - takenAt > OFTEN) {
      takenAt = now;
      everTaken = true;
    }
  }

  /** Two nodes complained of it: what was taken before says nothing any more. */
  void doubted() {
    everTaken = false;
  }

  /** Whether our own clock is known to be right. */
  boolean isOursRight(long now) {
    return everTaken && now - takenAt < BELIEVED;
  }
}
