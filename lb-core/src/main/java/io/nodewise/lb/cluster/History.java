package io.nodewise.lb.cluster;

import java.util.concurrent.atomic.AtomicLong;

/** What has happened to one node, counted. Thread-safe; written under the registry's lock. */
public final class History {
  private final AtomicLong transitions = new AtomicLong();
  private final AtomicLong ejections = new AtomicLong();
  private final AtomicLong goodProbes = new AtomicLong();
  private final AtomicLong badProbes = new AtomicLong();

  void moved() {
    transitions.getAndIncrement();
  }

  void ejected() {
    ejections.getAndIncrement();
  }

  void probed(boolean isUp) {
    (isUp ? goodProbes : badProbes).getAndIncrement();
  }

  /** Changes of its state that were told. */
  public long transitions() {
    return transitions.get();
  }

  /** How often it was put out because of failed requests, or for being slow. */
  public long ejections() {
    return ejections.get();
  }

  /** Probes that found it well. */
  public long goodProbes() {
    return goodProbes.get();
  }

  /** Probes that did not. */
  public long badProbes() {
    return badProbes.get();
  }
}
