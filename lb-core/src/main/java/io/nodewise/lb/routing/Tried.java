package io.nodewise.lb.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The nodes one request has been to. Not thread-safe: confined to the request's current attempt.
 * The first one, mostly the only one, costs no array.
 */
public final class Tried {
  private @Nullable Candidate first;
  private Candidate @Nullable [] more;
  private int size;

  /** Remembers a node. */
  public void add(Candidate candidate) {
    if (size == 0) {
      first = candidate;
    } else {
      Candidate[] array = more;
      if (array == null || size > array.length) {
        array = array == null ? new Candidate[4] : Arrays.copyOf(array, size * 2);
        more = array;
      }
      array[size - 1] = candidate;
    }
    size++;
  }

  /** Whether the request has been to the node. */
  public boolean contains(Candidate candidate) {
    if (candidate == first) {
      return true;
    }
    Candidate[] array = more;
    if (array != null) {
      for (int i = 0; i < size - 1; i++) {
        if (array[i] == candidate) {
          return true;
        }
      }
    }
    return false;
  }

  /** How many nodes it has been to. */
  public int size() {
    return size;
  }

  /** Forgets them: a new round over the nodes begins. */
  public void clear() {
    first = null;
    more = null;
    size = 0;
  }
}
