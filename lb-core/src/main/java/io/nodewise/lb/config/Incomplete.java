package io.nodewise.lb.config;

/** A key means nothing without another one, which is not there. */
final class Incomplete extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  Incomplete(String message) {
    super(message);
  }
}
