package io.nodewise.lb.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The nodes one request has been to. Not thread-safe: confined to the request's current attempt.
 * Holds nothing, and so costs nothing, until the first failure.
 */
public final class Tried {
  private Candidate @Nullable [] seen;
  private int size;

  /** Remembers a node. */
  public void add(Candidate candidate) {
    Candidate[] array = seen;
    if (array == null) {
      array = new Candidate[4];
      seen = array;
    } else if (size == array.length) {
      array = Arrays.copyOf(array, size * 2);
      seen = array;
    }
    array[size++] = candidate;
  }

  /** Whether the request has been to the node. */
  public boolean contains(Candidate candidate) {
    Candidate[] array = seen;
    if (array == null) {
      return false;
    }
    for (int i = 0; i < size; i++) {
      if (array[i] == candidate) {
        return true;
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
    seen = null;
    size = 0;
  }
}
