package io.nodewise.lb.contract;

import java.util.Random;

/** Bytes that are the same for the same number. */
final class Content {
  private Content() {}

  static byte[] of(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }
}
