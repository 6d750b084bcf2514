package io.nodewise.lb.health;

import java.util.Objects;
import java.util.function.Predicate;

/**
 * Answers that have something in common. Immutable and thread-safe.
 *
 * @see HealthCheckBuilder#on
 */
public final class AnswerPattern {
  private final Predicate<ProbeAnswer> test;
  private final String text;

  private AnswerPattern(Predicate<ProbeAnswer> test, String text) {
    this.test = test;
    this.text = text;
  }

  /** Answers with one of these statuses. */
  public static AnswerPattern status(int... statuses) {
    StatusSet set = StatusSet.of(statuses);
    Bounds.check(set.isValid(), "probe status", set, StatusSet.EXPECTED);
    return new AnswerPattern(answer -> set.contains(answer.status()), set.toString());
  }

  /** Answers with this header of this value, whatever the case of either. */
  public static AnswerPattern header(String name, String value) {
    HttpSyntax.requireHeader(name, value);
    return new AnswerPattern(
        answer -> answer.header(name).filter(value::equalsIgnoreCase).isPresent(),
        name + ": " + value);
  }

  /** Answers with this text in the first 64 KiB of their body; ASCII. */
  public static AnswerPattern bodyContains(String text) {
    Objects.requireNonNull(text, "text");
    Bounds.check(!text.isEmpty(), "probe body text", text, "at least one character");
    return new AnswerPattern(
        answer -> answer.body().contains(text), "\"" + Printable.of(text) + "\"");
  }

  /** Answers that fit both. */
  public AnswerPattern and(AnswerPattern other) {
    return new AnswerPattern(test.and(other.test), text + " with " + other.text);
  }

  /** All other answers. */
  public AnswerPattern not() {
    return new AnswerPattern(test.negate(), "not " + text);
  }

  /** Whether the answer is one of them. */
  public boolean fits(ProbeAnswer answer) {
    return test.test(answer);
  }

  @Override
  public String toString() {
    return text;
  }
}
