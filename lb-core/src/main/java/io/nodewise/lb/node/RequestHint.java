package io.nodewise.lb.node;

/**
 * What the choice of a node may depend on, known before the request is sent. Immutable and
 * thread-safe; there is one of each.
 */
public final class RequestHint {
  private static final RequestHint READ = new RequestHint(true);
  private static final RequestHint WRITE = new RequestHint(false);

  private final boolean read;

  private RequestHint(boolean read) {
    this.read = read;
  }

  /** A request that changes nothing. */
  public static RequestHint read() {
    return READ;
  }

  /** A request that may change something. */
  public static RequestHint write() {
    return WRITE;
  }

  /** Whether the request changes nothing. */
  public boolean isRead() {
    return read;
  }

  @Override
  public String toString() {
    return read ? "read" : "write";
  }
}
