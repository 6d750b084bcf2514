package io.nodewise.lb.health;

import java.util.Objects;

/**
 * Asks what a whole cluster can do just now, write and read, where a product can tell. The answer
 * never says anything about the node that gave it: it moves writes (or reads) to another site while
 * this one can't take them, is shown in the snapshot, and keeps failed writes from being charged to
 * nodes of a cluster that cannot write. Where there is no other site, requests go on as before.
 * Immutable and thread-safe.
 */
public final class ClusterCheck {
  private final Probe canWrite;
  private final Probe canRead;

  private ClusterCheck(Probe canWrite, Probe canRead) {
    this.canWrite = Objects.requireNonNull(canWrite, "canWrite");
    this.canRead = Objects.requireNonNull(canRead, "canRead");
  }

  /**
   * Two questions, each asked of one node of the site at a time. An answer means yes unless it is
   * {@link Verdict.Kind#DOWN}.
   */
  public static ClusterCheck of(Probe canWrite, Probe canRead) {
    return new ClusterCheck(canWrite, canRead);
  }

  /**
   * Two paths: 503 means no, every other answer yes, since one that is not about the question (a
   * 403 or a 404) must not move anybody.
   */
  public static ClusterCheck http(String canWritePath, String canReadPath) {
    return of(path(canWritePath), path(canReadPath));
  }

  private static Probe path(String path) {
    return HealthCheck.builder()
        .path(path)
        .expectedStatusRange(100, 599)
        .on(AnswerPattern.status(503), Verdict.down("503"))
        .build()
        .probe()
        .orElseThrow();
  }

  /** The question whether the cluster can take writes. */
  public Probe canWrite() {
    return canWrite;
  }

  /** The question whether the cluster can serve reads. */
  public Probe canRead() {
    return canRead;
  }

  @Override
  public String toString() {
    return "write " + canWrite + ", read " + canRead;
  }
}
