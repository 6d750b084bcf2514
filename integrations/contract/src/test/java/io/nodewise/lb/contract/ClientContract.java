package io.nodewise.lb.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.contract.ContractClient.Running;
import io.nodewise.lb.contract.ContractClient.Shape;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * What every client of a cluster must hold to, on four real servers that verify signatures. A class
 * for each client says how it is made. After each test nothing is in flight and no connection is
 * open, after each class no thread is left.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ClientContract {
  /** Enough that its body is on the way for a while, and that no buffer takes it whole. */
  private static final int LARGE = 4 << 20;

  private final Set<String> threadsBefore = Threads.ofClients();
  private final List<Cluster> left = new ArrayList<>(); // whose connections the JVM has to close
  private Cluster cluster;
  private ContractClient client;

  /** Which host its requests name. */
  HostHeader hostHeader() {
    return HostHeader.LOGICAL;
  }

  /**
   * Whether closing a client closes its connections. Otherwise the JVM does so some seconds later,
   * which is awaited after the class: each test has ports of its own.
   */
  boolean closesConnections() {
    return true;
  }

  /** What else this kind of client might leave behind, after each test. */
  void nothingElseIsLeft() {}

  /** A new client, closed after the test. */
  abstract ContractClient open(Cluster cluster, String bucket);

  @BeforeEach
  void start() {
    String bucket = Bucket.create();
    cluster =
        new Cluster(closesConnections() ? S3Nodes.shared() : S3Nodes.onNewPorts(), hostHeader());
    assertThat(cluster.balancer.awaitReady(Duration.ofSeconds(10), 4)).isTrue();
    client = open(cluster, bucket);
    cluster.nodes.renew();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    try {
      await("nothing in flight")
          .atMost(Duration.ofSeconds(2))
          .until(() -> cluster.balancer.snapshot().inFlight() == 0);
    } finally {
      client.close();
      cluster.close();
      cluster.nodes.all().forEach(FaultProxy::forgetFaults);
      cluster.nodes.all().forEach(FaultProxy::pass);
    }
    if (closesConnections()) {
      awaitNoConnection(cluster, 10);
      cluster.nodes.renew();
    } else {
      left.add(cluster);
    }
    nothingElseIsLeft();
  }

  private static void awaitNoConnection(Cluster cluster, int seconds) {
    await("connections are closed")
        .atMost(Duration.ofSeconds(seconds))
        .untilAsserted(() -> assertThat(cluster.connections()).isZero());
  }

  @AfterAll
  void noConnectionIsLeft() {
    for (Cluster one : left) {
      awaitNoConnection(one, 20);
      one.nodes.all().forEach(FaultProxy::close);
    }
  }

  @AfterAll
  void noThreadIsLeft() {
    await("threads end")
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(Threads.ofClients()).isSubsetOf(threadsBefore));
  }

  // Nothing is wrong.

  @Test
  void everyOperation() throws Exception {
    for (Shape shape : client.uploads()) {
      client.put(shape, "a/" + shape, Content.of(100_000));
    }
    for (Shape shape : client.downloads()) {
      for (Shape put : client.uploads()) {
        assertThat(client.get(shape, "a/" + put)).as("%s", shape).isEqualTo(Content.of(100_000));
      }
    }
    client.put(Collections.min(client.uploads()), "empty", new byte[0]);
    for (Shape shape : client.downloads()) {
      assertThat(client.get(shape, "empty")).as("%s", shape).isEmpty();
    }
    client.copy("empty", "b");
    assertThat(client.size("b")).isZero();
    assertThat(client.list("a/")).hasSameSizeAs(client.uploads());
    client.delete("b");
    assertThat(client.size("b")).isEqualTo(-1);
    assertThat(cluster.asked()).as("nodes that were asked").isGreaterThan(1);
    assertThat(cluster.faults()).as("faults of nodes: %s", cluster).isZero();
  }

  @Test
  void uploadInParts() throws Exception {
    byte[] content = Content.of(2 * ContractClient.PART + 1000);

    client.putInParts("parts", content);

    assertThat(client.size("parts")).isEqualTo(content.length);
    assertThat(client.get(client.downloads().iterator().next(), "parts")).isEqualTo(content);
    assertThat(cluster.faults()).as("faults of nodes: %s", cluster).isZero();
  }

  // A node is taken away, and comes back.

  @Test
  void nodeIsKilledAndComesBackUnderLoad() throws Exception {
    Op.prepare(client);
    FaultProxy node = cluster.nodes.get(1);

    Load load = Load.of(client, List.of(Op.values()));
    load.during(node::kill);

    assertNothingFailedButAnswersThatHadBegun(load);
    await("down").until(() -> cluster.state(node) == NodeState.DOWN);
    load = Load.of(client, List.of(Op.values()));

    load.during(node::pass);

    assertThat(load.failures()).isEmpty();
    awaitTrafficAt(node);
  }

  @Test
  void nodeHangsUnderLoad() throws Exception {
    Op.prepare(client);
    FaultProxy node = cluster.nodes.get(2);

    Load load = Load.of(client, List.of(Op.values()));
    load.during(node::hang);

    assertThat(load.failures()).isEmpty();
    assertThat(load.slowest()).as("slowest call").isLessThan(Duration.ofSeconds(12));
    await("down").until(() -> cluster.state(node) == NodeState.DOWN);
  }

  @Test
  void nodeIsDrained() throws Exception {
    Op.prepare(client);
    FaultProxy node = cluster.nodes.get(0);
    cluster.balancer.drain(node.id());
    int before = node.requests().size();

    Load load = Load.of(client, List.of(Op.values()));
    load.run();

    assertThat(load.failures()).isEmpty();
    assertThat(node.requests()).as("requests at the drained node").hasSize(before);

    cluster.balancer.resume(node.id());
    awaitTrafficAt(node);
  }

  /** One for each thread at most, and none where downloads go on. */
  private void assertNothingFailedButAnswersThatHadBegun(Load load) {
    if (client.features().contains(Feature.RESUMES)) {
      assertThat(load.failures()).isEmpty();
    } else {
      assertThat(load.failures())
          .hasSizeLessThanOrEqualTo(Load.THREADS)
          .allMatch(Load.Failure::isOfABodyThatHadBegun);
    }
  }

  private void awaitTrafficAt(FaultProxy node) {
    int before = node.requests().size();
    await("requests at " + node)
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              Op.GET.run(client, 0);
              return node.requests().size() > before;
            });
  }

  /** One refuses, one says nothing, one breaks off whatever it is asked: the fourth does it all. */
  @Test
  void oneHealthyNodeIsEnough() throws Exception {
    Op.prepare(client);
    cluster.nodes.get(0).kill();
    cluster.nodes.get(1).hang();
    cluster.nodes.get(2).always(Fault.resetReply(10));

    Load load = Load.of(client, List.of(Op.values()));
    load.run();

    assertThat(load.failures()).isEmpty();
  }

  @Test
  void errorsOfOneNode() throws Exception {
    Op.prepare(client);
    List<Op> ops = List.of(Op.values());
    for (int status : new int[] {500, 502, 503, 504}) {
      List<Fault> faults =
          cluster.nodes.alwaysAtOne(Fault.answerInstead(status, Fault.error("Trouble")));
      Load load = Load.of(client, ops);
      load.run();
      cluster.nodes.forget(faults);
      assertThat(load.failures()).as("%s", status).isEmpty();
    }
  }

  // All nodes are gone.

  @Test
  void allNodesDown() throws Exception {
    Op.prepare(client);
    cluster.nodes.all().forEach(FaultProxy::kill);

    for (Op op : Op.values()) {
      long began = System.nanoTime();
      Throwable failure = catchThrowable(() -> op.run(client, 1));
      long took = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);

      assertThat(failure).as("%s", op).isNotNull();
      assertThat(Causes.of(failure))
          .as("%s: %s", op, failure)
          .anySatisfy(cause -> assertThat(cause).isInstanceOf(NoNodeAvailableException.class))
          .anySatisfy(cause -> assertThat(cause).hasMessageContaining("/4 eligible"));
      assertThat(took).as("%s: seconds", op).isLessThan(15);
    }

    cluster.nodes.all().forEach(FaultProxy::pass);
    await("all is well again")
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(
            () -> assertThatCode(() -> Op.PUT.run(client, 1)).doesNotThrowAnyException());
  }

  // A call breaks off.

  @Test
  void downloadsThatBreakOff() throws Exception {
    byte[] content = Content.of(LARGE);
    client.put(client.uploads().iterator().next(), "large", content);
    for (Fault fault : List.of(Fault.resetBody(1 << 20), Fault.cutBody(1 << 20))) {
      for (Shape shape : client.downloads()) {
        cluster.nodes.onceAnywhere(fault.on("GET"));
        if (client.features().contains(Feature.RESUMES)) {
          assertThat(client.get(shape, "large"))
              .as("%s %s", fault.kind(), shape)
              .isEqualTo(content);
        } else {
          assertThatCode(() -> client.get(shape, "large"))
              .as("%s %s: never short, never wrong", fault.kind(), shape)
              .isInstanceOf(Exception.class);
        }
        cluster.nodes.forgetFaults();
      }
    }
  }

  @Test
  void uploadsWhoseReplyIsLost() throws Exception {
    byte[] content = Content.of(200_000);
    for (Shape shape : client.uploads()) {
      String key = "lost/" + shape;
      long lost = cluster.struck();
      cluster.nodes.onceAnywhere(Fault.loseReply().on("PUT"));
      client.put(shape, key, content);
      assertThat(cluster.struck() - lost).as("%s: replies lost", shape).isPositive();
      cluster.nodes.forgetFaults();
      assertThat(client.get(client.downloads().iterator().next(), key)).isEqualTo(content);
    }
  }

  @Test
  void callIsGivenUp() throws Exception {
    client.put(client.uploads().iterator().next(), "large", Content.of(LARGE));
    cluster.nodes.always(Fault.stallBody(1 << 20).on("GET"));
    int before = cluster.nodes.count("GET");

    Running call = client.begin("large");
    await("the node is asked").until(() -> cluster.nodes.count("GET") > before);
    call.cancel();

    assertThat(call.await()).as("came to its end").isFalse();
    await("nothing in flight")
        .atMost(Duration.ofSeconds(2))
        .until(() -> cluster.balancer.snapshot().inFlight() == 0);
    assertThat(cluster.faults()).as("faults of nodes: %s", cluster).isZero();
    cluster.nodes.forgetFaults();
    assertThat(client.size("large")).isEqualTo(LARGE);
  }
}
