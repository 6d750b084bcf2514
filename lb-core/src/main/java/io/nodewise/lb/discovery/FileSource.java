package io.nodewise.lb.discovery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The nodes listed in a file that may change while the program runs. Links are followed anew each
 * time, so Kubernetes' mounts, which swap one, work.
 *
 * <pre>
 * # the old hall
 * http://minio{1...4}:9000
 * http://10.0.0.7:9000 http://10.0.0.8:9000   zone=b weight=0.5
 * </pre>
 *
 * <p>Each line has one or more patterns, as {@code NodeSet.parse} takes them, and may have {@code
 * weight=}, {@code zone=}, {@code tier=} and {@code probed=} for them; {@code #} begins a comment.
 * A line that can't be read is reported with its number, and the whole file is left as it was read
 * before; so is one that is gone or empty.
 *
 * <p>What was changed is taken over when it reads the same twice, half a second apart: who writes a
 * file in place is not read in the middle of it. Thread-safe; made by {@link #builder}.
 */
public final class FileSource implements NodeSource {
  private static final Duration SETTLE = Duration.ofMillis(500);
  private static final Duration LEAST = Duration.ofMillis(10);
  private static final Duration MOST = Duration.ofDays(1);

  /** Ten thousand nodes of a hundred characters: what is larger is another file. */
  private static final long MOST_BYTES = 1 << 20;

  /** A file as the directory knows it; equal stamps mean that it was not changed. */
  private record Stamp(Path real, @Nullable Object key, FileTime modified, long size) {}

  /** What was read and understood. */
  private record Reading(Stamp stamp, String text, Found found) {}

  private final Path file;
  private final Duration interval;

  // Asked by one thread at a time, but perhaps by several load balancers: under the monitor.
  private @Nullable Reading taken;
  private @Nullable String pending; // a new text that has been read once

  private FileSource(Builder builder) {
    file = builder.file.toAbsolutePath();
    interval = builder.interval;
    if (interval.compareTo(LEAST) < 0 || interval.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          "file interval: " + interval + " (expected: " + LEAST + " to " + MOST + ")");
    }
  }

  /** A builder for this file, which need not be there yet. */
  public static Builder builder(Path file) {
    return new Builder(file);
  }

  /** How often it is looked at, from 10 ms to a day. Default 2 s. */
  public Duration interval() {
    return interval;
  }

  @Override
  public synchronized Found nodes() throws IOException {
    Stamp stamp = stamp();
    Reading before = taken;
    if (before != null && pending == null && before.stamp().equals(stamp)) {
      return before.found();
    }
    String text = read(stamp); // after the stamp: what is written meanwhile is seen the next time
    if (before != null
        && !before.found().nodes().isEmpty()
        && !text.equals(before.text())
        && !text.equals(pending)) {
      pending = text; // perhaps half of it: look again, and leave all as it was until then
      return Found.of(before.found().nodes(), shorter(SETTLE, interval));
    }
    Found found = Found.of(NodeLines.parse(file.getFileName().toString(), text), interval);
    pending = null;
    taken = new Reading(stamp, text, found);
    return found;
  }

  private Stamp stamp() throws IOException {
    try {
      Path real = file.toRealPath();
      BasicFileAttributes seen = Files.readAttributes(real, BasicFileAttributes.class);
      if (!seen.isRegularFile()) {
        throw new IOException(file + ": not a file");
      }
      return new Stamp(real, seen.fileKey(), seen.lastModifiedTime(), seen.size());
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": no such file", e);
    }
  }

  private static String read(Stamp stamp) throws IOException {
    if (stamp.size() > MOST_BYTES) {
      throw new IOException(
          stamp.real() + ": " + stamp.size() + " bytes (expected: at most " + MOST_BYTES + ")");
    }
    return Files.readString(stamp.real(), StandardCharsets.UTF_8);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  @Override
  public String toString() {
    return "file " + file;
  }

  /** Makes a {@link FileSource}; not thread-safe. Values are checked in {@link #build()}. */
  public static final class Builder {
    private final Path file;
    private Duration interval = Duration.ofSeconds(2);

    private Builder(Path file) {
      this.file = Objects.requireNonNull(file, "file");
    }

    /** See {@link FileSource#interval()}. */
    public Builder interval(Duration value) {
      interval = value;
      return this;
    }

    /**
     * The source; nothing is read yet.
     *
     * @throws IllegalArgumentException if the interval is out of its range
     */
    public FileSource build() {
      return new FileSource(this);
    }
  }
}
