package io.nodewise.examples.demo.load;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;

/** An object as it must be: its content follows from a seed, so nothing but that is kept. */
record StoredObject(String key, long seed, int size) {
  byte[] content() {
    byte[] content = new byte[size];
    new SplittableRandom(seed).nextBytes(content);
    return content;
  }

  /** How what was downloaded differs, if it does. */
  Optional<String> difference(byte[] downloaded) {
    int at = Arrays.mismatch(content(), downloaded);
    return at < 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                "%s differs at byte %d: %d bytes read, %d uploaded",
                key, at, downloaded.length, size));
  }

  Optional<String> lengthDifference(long length) {
    return length == size
        ? Optional.empty()
        : Optional.of(String.format("%s has %d bytes, %d uploaded", key, length, size));
  }
}
