package io.nodewise.lb.config;

import java.util.function.Function;

/**
 * A kind of value: how it is read from text.
 *
 * @param shown what it is, for the reference
 * @param reader an {@link IllegalArgumentException} of it says what was expected
 * @param isSecret whether messages must not show it
 */
record ValueType<T>(String shown, Function<String, T> reader, boolean isSecret) {

  static <T> ValueType<T> of(String shown, Function<String, T> reader) {
    return new ValueType<>(shown, reader, false);
  }

  /** What is made of the value, which may be refused. */
  <U> ValueType<U> map(Function<T, U> then) {
    return new ValueType<>(shown, reader.andThen(then), isSecret);
  }

  /** The value; the text has visible characters and none at its ends that is not. */
  T read(String text) {
    return reader.apply(text);
  }
}
