package io.nodewise.lb.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What servers answered, byte by byte: {@code answers/<product>-<case>.http}. Those in {@code
 * unverified/} were not recorded but written after the source that docs/health-checks.md names.
 */
final class Recordings {
  private final TreeMap<String, Path> byName = new TreeMap<>();

  Recordings() {
    try (Stream<Path> files =
        Files.walk(
            Path.of(Objects.requireNonNull(Recordings.class.getResource("/answers")).toURI()))) {
      files
          .filter(file -> file.toString().endsWith(".http"))
          .forEach(file -> byName.put(file.getFileName().toString().replace(".http", ""), file));
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All of them. */
  Stream<String> names() {
    return byName.keySet().stream();
  }

  /** Whether the answer is real. */
  boolean isRecorded(String name) {
    return !byName.get(name).toString().contains("unverified");
  }

  /** A server that answers so, once its request has come. */
  LoopbackServer serve(String name) {
    Path file = byName.get(name);
    if (file == null) {
      throw new IllegalArgumentException("recording: " + name + " (expected: one of " + byName);
    }
    try {
      return LoopbackServer.answering(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
