package io.nodewise.lb.config;

import java.util.function.Function;

/**
 * Something that is on or off, with settings that mean nothing while it is off, so that they would
 * be given in vain. Not thread-safe.
 *
 * @param <B> the builder of the settings
 */
final class Switched<B> {
  private final String key;
  private final B builder;
  private boolean on;
  private boolean tuned;

  Switched(String key, boolean onByDefault, B builder) {
    this.key = Key.PREFIX + key;
    this.on = onByDefault;
    this.builder = builder;
  }

  void on(boolean value) {
    on = value;
  }

  /** For a setting that needs it to be on. */
  B tuned() {
    tuned = true;
    return builder;
  }

  <V> V build(Function<B, V> build, V off) {
    if (tuned && !on) {
      throw new Incomplete("no effect while " + key + " is off (expected: " + key + " = on)");
    }
    return on ? build.apply(builder) : off;
  }
}
