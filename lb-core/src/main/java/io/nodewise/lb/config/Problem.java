package io.nodewise.lb.config;

import java.util.List;

/**
 * Something wrong with settings given as text. Immutable and thread-safe. No secret is in it.
 *
 * @param keys the keys to blame, as they were given; several where they contradict each other
 * @param message the value, and what was expected
 */
public record Problem(List<String> keys, String message) {
  /** A problem of these keys. */
  public Problem {
    keys = List.copyOf(keys);
  }

  static Problem of(String key, String message) {
    return new Problem(List.of(key), message);
  }

  /** {@code nodewise.polcy: unknown (did you mean nodewise.policy?)}. */
  @Override
  public String toString() {
    return String.join(", ", keys) + ": " + message;
  }
}
