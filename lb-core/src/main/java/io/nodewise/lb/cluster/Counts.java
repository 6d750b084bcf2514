package io.nodewise.lb.cluster;

import java.util.concurrent.atomic.LongAdder;

/** What is counted of requests, whatever their nodes. Thread-safe. */
public final class Counts {
  private final LongAdder failovers = new LongAdder();
  private final LongAdder resumes = new LongAdder();
  private final LongAdder refusals = new LongAdder();

  /** Counts a request that went on at another node. */
  public void failedOver() {
    failovers.increment();
  }

  /** How often a request went on at another node after a fault. */
  public long failovers() {
    return failovers.sum();
  }

  /** Counts an attempt to go on with an answer that broke off. */
  public void resumed() {
    resumes.increment();
  }

  /** How often a node was asked for the rest of an answer. */
  public long resumes() {
    return resumes.sum();
  }

  /** Counts a request that found no node, or none left. */
  public void refused() {
    refusals.increment();
  }

  /** How often a request found no node, or none left. */
  public long refusals() {
    return refusals.sum();
  }
}
