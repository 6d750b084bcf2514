package io.nodewise.lb.endtoend;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A fault of the nodes that serve, struck and healed while calls go on. */
enum Drill {
  KILL("SIGKILL of one node, restarted") {
    @Override
    void run(StorageCluster cluster, int hit, Duration length)
        throws IOException, InterruptedException {
      cluster.node(hit).kill();
      pause(length);
      cluster.node(hit).start();
      cluster.node(hit).awaitReady();
    }
  },
  HANG("SIGSTOP of one node, SIGCONT") {
    @Override
    void run(StorageCluster cluster, int hit, Duration length)
        throws IOException, InterruptedException {
      cluster.node(hit).hang();
      pause(length);
      cluster.node(hit).resume();
    }
  },
  SLOW("one node ten times slower") {
    @Override
    void run(StorageCluster cluster, int hit, Duration length)
        throws IOException, InterruptedException {
      during(cluster.node(hit), SERVICE.withDelay(10 * SERVICE.delayMillis()), length);
    }
  },
  REFUSE("one node answers 503 at once") {
    @Override
    void run(StorageCluster cluster, int hit, Duration length)
        throws IOException, InterruptedException {
      during(cluster.node(hit), SERVICE.refusing(), length);
    }
  },
  ROLLING("rolling restart of all nodes") {
    @Override
    void run(StorageCluster cluster, int hit, Duration length)
        throws IOException, InterruptedException {
      for (StorageNode node : cluster.nodes()) {
        node.terminate();
        node.start();
        node.awaitReady();
        pause(length.dividedBy(cluster.nodes().size()));
      }
    }
  };

  /**
   * What a healthy node takes for each request, as a disk would: tenfold can be told from noise.
   */
  static final NodeMode SERVICE = NodeMode.FAST.withDelay(20);

  private final String shown;

  Drill(String shown) {
    this.shown = shown;
  }

  String shown() {
    return shown;
  }

  /**
   * Strikes, waits, heals.
   *
   * @param hit the index of the node, where it is one
   * @param length how long the fault lasts; between restarts of all nodes a share of it passes
   */
  abstract void run(StorageCluster cluster, int hit, Duration length)
      throws IOException, InterruptedException;

  private static void during(StorageNode node, NodeMode mode, Duration length)
      throws IOException, InterruptedException {
    node.mode(mode);
    pause(length);
    node.mode(SERVICE);
  }

  static void pause(Duration length) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(length.toNanos());
  }
}
