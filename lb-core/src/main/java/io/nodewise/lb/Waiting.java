package io.nodewise.lb;

import io.nodewise.lb.cluster.Cluster;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Callers who wait for what the background finds out. Stateless. */
final class Waiting {
  private Waiting() {}

  static boolean untilReady(Cluster cluster, Duration timeout, int minNodes) {
    if (minNodes < 1) {
      throw new IllegalArgumentException("minNodes: " + minNodes + " (expected: >= 1)");
    }
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("timeout: " + timeout + " (expected: >= 0)");
    }
    try {
      return cluster.registry().awaitHealthy(timeout, minNodes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  static void forProbes(Cluster cluster) {
    long rounds = 2L + cluster.registry().nodes().size() / 32;
    long atMost = cluster.probeTimeout().toMillis() * rounds + 1000;
    try {
      cluster.checkNow().toCompletableFuture().get(atMost, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // A probe thread that is stuck in a name look-up: what is known by now is what there is.
    }
  }
}
