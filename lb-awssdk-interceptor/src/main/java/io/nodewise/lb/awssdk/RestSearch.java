package io.nodewise.lb.awssdk;

import io.nodewise.lb.Route;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.retry.DownloadResume;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/*
 * Where one node has failed the next one mostly brings the rest, so the first few are asked at once. If
 * that brings not one byte, it is no longer one node that fails: the block that comes next may be bad
 * at every node, or all of them may ask for less, or restart. Then there is a pause before each
 * further question, twice as long each time, and every question to a node that has failed lately comes
 * out of the retry budget; while that has nothing, the download waits on. Nodes that can't be reached
 * cost nobody anything and count as no question: a cluster of any size is asked round by round until
 * it is there again.
 *
 * A node is blamed once for one place of an object.
 */
/** How soon and how often nodes are asked for the rest of one download. For its reader's thread. */
final class RestSearch {
  /** Questions without a byte of an answer that come one after the other without a pause. */
  private static final int AT_ONCE = 3;

  /** Twice as long before each further question, up to a second. */
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

  private final DownloadResume settings;
  private final ApiCall call;
  private final Set<Node> blamed = new HashSet<>(); // for the place where it is
  private long place = -1; // in bytes received
  private long until;
  private long pause;
  private long wanted; // a longer pause that a node asked for
  private int fruitless;
  private boolean allBusy;

  RestSearch(DownloadResume settings, ApiCall call) {
    this.settings = settings;
    this.call = call;
  }

  /** A node broke off after so many bytes: it is blamed for that, and the next one is sought. */
  void brokeOff(Node node, long received, long now) {
    if (received != place) {
      place = received;
      until = now + settings.within().toNanos();
      pause = FIRST_PAUSE;
      wanted = 0;
      fruitless = 0;
      allBusy = false;
      blamed.clear();
    } else {
      fruitless++;
    }
    blamed.add(node);
  }

  /** Whether what a node does badly at this place has been held against it. */
  boolean isBlamed(Node node) {
    return blamed.contains(node);
  }

  /** A node was asked and brought nothing. */
  void broughtNothing(Node node) {
    fruitless++;
    blamed.add(node);
  }

  /** A node asked for less, and perhaps to be left alone for so long. */
  void wantedLess(Duration askedFor) {
    fruitless += AT_ONCE;
    wanted = Math.max(wanted, askedFor.toNanos());
  }

  /** Nobody could be asked. */
  void nobodyFree() {
    allBusy = true;
  }

  /** Whether a node may be asked right now. */
  boolean isAtOnce() {
    return !allBusy && fruitless < AT_ONCE && call.route().hasUntried();
  }

  /** How long to wait before the next question may be asked; negative: there is no time for it. */
  long pause(long now) {
    long next = Math.max(pause, wanted);
    pause = Math.min(LONGEST_PAUSE, 2 * pause);
    wanted = 0;
    return now + next > until ? -1 : next;
  }

  /** After a pause: whether it may be asked now. All nodes get another turn, if they had theirs. */
  boolean isGranted() {
    Route route = call.route();
    allBusy = false;
    if (!route.hasUntried()) {
      route.newRound();
    }
    return fruitless == 0 || route.takeFailover();
  }

  /** Whether it is over: too late, or asked too often. */
  boolean isOver(long now) {
    return now > until || call.resumes() >= settings.most();
  }
}
