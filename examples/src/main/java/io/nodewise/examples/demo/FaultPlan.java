package io.nodewise.examples.demo;

import io.nodewise.examples.demo.client.ClientUnderTest;
import io.nodewise.examples.demo.client.NodeRow;
import io.nodewise.examples.demo.load.Load;
import io.nodewise.examples.demo.load.UploadBurst;
import io.nodewise.examples.demo.nodes.Await;
import io.nodewise.examples.demo.nodes.LocalCluster;
import io.nodewise.examples.demo.nodes.NodeProcess;
import io.nodewise.examples.view.Ink;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;

/**
 * Breaks the cluster while the load runs: a crash and a hang, both with half-sent uploads on every
 * node, and a rolling restart. Runs on one thread, which the load does not need.
 */
final class FaultPlan {
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration UPLOADS_TIMEOUT = Duration.ofSeconds(10);

  /** After so long without trust in a node that serves, the plan goes on without it. */
  private static final Duration TRUST_TIMEOUT = Duration.ofSeconds(20);

  private final Schedule schedule;
  private final LocalCluster cluster;
  private final ClientUnderTest client;
  private final Load load;
  private final RunLog log;
  private final Runnable warm;
  private final Runnable amidHang;

  /**
   * @param warm called when the measuring may begin
   * @param amidHang called when a node has been hung long enough for the client to know
   */
  FaultPlan(
      Schedule schedule,
      LocalCluster cluster,
      ClientUnderTest client,
      Load load,
      RunLog log,
      Runnable warm,
      Runnable amidHang) {
    this.schedule = schedule;
    this.cluster = cluster;
    this.client = client;
    this.load = load;
    this.log = log;
    this.warm = warm;
    this.amidHang = amidHang;
  }

  void run() throws IOException, InterruptedException {
    sleepUntil(schedule.warmUp());
    warm.run();
    uploadInPeace();
    sleepUntil(schedule.kill());
    NodeProcess killed = kill();
    sleepUntil(schedule.hang());
    hang(killed);
    for (int i = 0; i < cluster.nodes().size(); i++) {
      sleepUntil(schedule.restart(i));
      restart(cluster.nodes().get(i));
    }
    sleepUntil(schedule.end());
  }

  /** The measure of what such uploads take when nothing is broken. */
  private void uploadInPeace() throws InterruptedException {
    try (UploadBurst uploads = uploadsUnderWay()) {
      uploads.release();
    }
  }

  private NodeProcess kill() throws IOException, InterruptedException {
    try (UploadBurst uploads = uploadsUnderWay()) {
      NodeRow target = busiest("");
      NodeProcess victim = cluster.node(target.node());
      int fault = log.begin(Fault.Kind.KILL, target.node(), target.inFlight());
      announce(Fault.Kind.KILL, "SIGKILL", target);
      victim.kill();
      uploads.release();
      Thread.sleep(schedule.deadFor().toMillis());
      victim.start();
      ready(victim, fault);
      return victim;
    }
  }

  private void hang(NodeProcess spared) throws IOException, InterruptedException {
    try (UploadBurst uploads = uploadsUnderWay()) {
      NodeRow target = busiest(spared.id());
      NodeProcess victim = cluster.node(target.node());
      int fault = log.begin(Fault.Kind.HANG, target.node(), target.inFlight());
      announce(Fault.Kind.HANG, "SIGSTOP", target);
      victim.hang();
      uploads.release();
      long amid = schedule.hangFor().toMillis() * 3 / 4;
      Thread.sleep(amid);
      amidHang.run();
      Thread.sleep(schedule.hangFor().toMillis() - amid);
      victim.resume();
      ready(victim, fault);
    }
  }

  private void restart(NodeProcess node) throws IOException, InterruptedException {
    NodeRow target = row(node.id());
    int fault = log.begin(Fault.Kind.ROLLING_RESTART, target.node(), target.inFlight());
    announce(Fault.Kind.ROLLING_RESTART, "SIGTERM", target);
    node.terminate();
    log.event(node.id() + " stopped", Ink.DIM);
    node.start();
    ready(node, fault);
  }

  private void announce(Fault.Kind kind, String what, NodeRow target) {
    log.event(
        String.format("%s %s with %d calls on it", what, target.node(), target.inFlight()),
        kind.ink());
  }

  /** The fault ends when the node serves; the plan goes on when the client trusts it again. */
  private void ready(NodeProcess node, int fault) throws IOException, InterruptedException {
    node.awaitReady(READY_TIMEOUT);
    log.end(fault);
    log.event(node.id() + " serves again", Ink.GREEN);
    if (!Await.until(TRUST_TIMEOUT, () -> row(node.id()).mayServe())) {
      log.event(
          node.id() + " is not trusted after " + TRUST_TIMEOUT.toSeconds() + " s", Ink.YELLOW);
    }
  }

  private UploadBurst uploadsUnderWay() throws InterruptedException {
    UploadBurst uploads = load.burst(cluster.nodes().size() + 4);
    if (!uploads.awaitHalfSent(UPLOADS_TIMEOUT)) {
      log.event("not all uploads got under way in " + UPLOADS_TIMEOUT.toSeconds() + " s", Ink.RED);
    }
    return uploads;
  }

  /** The node with the most calls in flight. */
  private NodeRow busiest(String spared) {
    return client.rows().stream()
        .filter(row -> !row.node().equals(spared))
        .max(Comparator.comparingInt(NodeRow::inFlight))
        .orElseThrow();
  }

  private NodeRow row(String id) {
    return client.rows().stream().filter(row -> row.node().equals(id)).findFirst().orElseThrow();
  }

  private void sleepUntil(Duration offset) throws InterruptedException {
    long left = log.startNanos() + offset.toNanos() - System.nanoTime();
    Thread.sleep(Math.max(0, left / 1_000_000));
  }
}
