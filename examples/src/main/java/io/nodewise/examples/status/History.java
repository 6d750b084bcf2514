package io.nodewise.examples.status;

import io.nodewise.lb.ClusterSnapshot;
import io.nodewise.lb.NodeSnapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What each node did, second by second, for as long as a page can show. Thread-safe. */
final class History {
  /** Two minutes of seconds. */
  static final int SECONDS = 120;

  private final Map<String, Track> tracks = new HashMap<>(); // guarded by this

  /**
   * One second of one node.
   *
   * @param calls attempts that began in it
   * @param millis median time to first byte of reads then
   */
  record Second(long calls, double millis) {}

  private static final class Track {
    private final Deque<Second> seconds = new ArrayDeque<>();
    private long attempts;

    private Track(long attempts) {
      this.attempts = attempts;
    }

    private void add(NodeSnapshot node) {
      if (seconds.size() == SECONDS) {
        seconds.removeFirst();
      }
      double millis = node.firstByteP50().toNanos() / 1e6;
      seconds.addLast(new Second(node.attempts() - attempts, millis));
      attempts = node.attempts();
    }
  }

  /** A second has passed; nodes that are no members any more are forgotten. */
  synchronized void add(ClusterSnapshot now) {
    tracks.keySet().retainAll(now.nodes().stream().map(node -> node.node().id()).toList());
    for (NodeSnapshot node : now.nodes()) {
      Track track = tracks.get(node.node().id());
      if (track == null) {
        tracks.put(node.node().id(), new Track(node.attempts()));
      } else {
        track.add(node);
      }
    }
  }

  /** The oldest first. */
  synchronized List<Second> of(String node) {
    Track track = tracks.get(node);
    return track == null ? List.of() : new ArrayList<>(track.seconds);
  }
}
