package io.nodewise.lb.config;

import java.util.Locale;
import java.util.Objects;

/**
 * One setting as text. Immutable and thread-safe.
 *
 * @see Configuration#keys()
 */
public final class Key {
  static final String PREFIX = "nodewise.";
  static final String ENVIRONMENT_PREFIX = "NODEWISE_";

  private final String name;
  private final String takes;
  private final String defaultText;
  private final String description;
  private final boolean secret;

  Key(String name, ValueType<?> type, String defaultText, String description) {
    this.name = PREFIX + name;
    this.takes = type.shown();
    this.secret = type.isSecret();
    this.defaultText = Objects.requireNonNull(defaultText, "defaultText");
    this.description = Objects.requireNonNull(description, "description");
  }

  /** As a property, such as {@code nodewise.health-check.interval}. */
  public String name() {
    return name;
  }

  /** As a variable of the environment, such as {@code NODEWISE_HEALTH_CHECK_INTERVAL}. */
  public String environmentName() {
    return name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /** What kind of value it takes, in a few words. */
  public String takes() {
    return takes;
  }

  /** What holds where it is not given, in words where it is no value; never empty. */
  public String defaultText() {
    return defaultText;
  }

  /** What it means, in one line. */
  public String description() {
    return description;
  }

  /** Whether the value is a secret, which no message shows. */
  public boolean isSecret() {
    return secret;
  }

  @Override
  public String toString() {
    return name;
  }
}
