package io.nodewise.lb.awssdk;

import java.util.ArrayDeque;
import java.util.Deque;

/** The uploads in parts that this client began, and whose ids its callers have. Thread-safe. */
final class UploadsBegun {
  /**
   * So many are known: more than any client begins while one call waits for a reply that is lost;
   * some hundred kilobytes.
   */
  private static final int KEPT = 1000;

  private final Deque<String> ids = new ArrayDeque<>(); // guarded by this

  /** A caller gets to know the id. */
  synchronized void handedOut(String id) {
    if (ids.size() == KEPT) {
      ids.removeFirst();
    }
    ids.addLast(id);
  }

  /** Whether it is some caller's, and no orphan. */
  synchronized boolean isHandedOut(String id) {
    return ids.contains(id);
  }
}
