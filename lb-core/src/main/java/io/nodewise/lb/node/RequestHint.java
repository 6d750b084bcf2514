package io.nodewise.lb.node;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the choice of a node may depend on, known before the request is sent. Immutable and
 * thread-safe; adapters keep one per operation where there is no key.
 */
public final class RequestHint {
  private static final RequestHint READ = new RequestHint(true, null);
  private static final RequestHint WRITE = new RequestHint(false, null);

  private final boolean read;
  private final @Nullable String key;

  private RequestHint(boolean read, @Nullable String key) {
    this.read = read;
    this.key = key;
  }

  /** A request that changes nothing. */
  public static RequestHint read() {
    return READ;
  }

  /** A request that may change something. */
  public static RequestHint write() {
    return WRITE;
  }

  /** The same with the key that affinity policies hash, such as {@code bucket/object}. */
  public RequestHint withKey(String affinityKey) {
    return new RequestHint(read, Objects.requireNonNull(affinityKey, "affinityKey"));
  }

  /** Whether the request changes nothing. */
  public boolean isRead() {
    return read;
  }

  /** The affinity key, if there is one. */
  public Optional<String> key() {
    return Optional.ofNullable(key);
  }

  @Override
  public String toString() {
    return (read ? "read" : "write") + (key == null ? "" : " " + key);
  }
}
