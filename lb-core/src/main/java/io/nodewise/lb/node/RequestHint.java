package io.nodewise.lb.node;

/**
 * What the choice of a node may depend on, known before the request is sent. Immutable and
 * thread-safe. Without an affinity there is one of each, so most requests allocate none.
 */
public final class RequestHint {
  private static final RequestHint READ = new RequestHint(true, false, 0);
  private static final RequestHint WRITE = new RequestHint(false, false, 0);

  private final boolean read;
  private final boolean hasAffinity;
  private final long affinity;

  private RequestHint(boolean read, boolean hasAffinity, long affinity) {
    this.read = read;
    this.hasAffinity = hasAffinity;
    this.affinity = affinity;
  }

  /** A request that changes nothing. */
  public static RequestHint read() {
    return READ;
  }

  /** A request that may change something. */
  public static RequestHint write() {
    return WRITE;
  }

  /** The same with what it belongs to: an object's key or a session, for policies that care. */
  public RequestHint withAffinity(String belongsTo) {
    return new RequestHint(read, true, StableHash.of(belongsTo));
  }

  /** Whether the request changes nothing. */
  public boolean isRead() {
    return read;
  }

  /** Whether it is known what the request belongs to. */
  public boolean hasAffinity() {
    return hasAffinity;
  }

  /** A hash of what it belongs to, the same in every process; 0 where that is not known. */
  public long affinity() {
    return affinity;
  }

  @Override
  public String toString() {
    return (read ? "read" : "write") + (hasAffinity ? " of " + Long.toHexString(affinity) : "");
  }
}
