package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.NodeState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Looking at the cluster on demand: the caller waits in a real thread, all else is virtual. */
@Timeout(30)
class CheckNowTest {
  private VirtualCluster cluster = VirtualCluster.up("http://n{1...3}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  /** What the caller gets; virtual time passes while he waits. */
  private ClusterSnapshot checkNow() throws Exception {
    CompletableFuture<ClusterSnapshot> result = new CompletableFuture<>();
    Thread caller = new Thread(() -> result.complete(cluster.balancer().checkNow()));
    caller.setDaemon(true);
    caller.start();
    while (caller.getState() != Thread.State.TIMED_WAITING && !result.isDone()) {
      Thread.onSpinWait();
    }
    cluster.advance(1500);
    return result.get(10, TimeUnit.SECONDS);
  }

  private static ProbeSnapshot probe(ClusterSnapshot snapshot, int node) {
    ProbeSnapshot probe = snapshot.nodes().get(node).probe();
    assertThat(probe).isNotNull();
    return probe;
  }

  @Test
  void every_node_has_been_asked_when_it_returns() throws Exception {
    cluster.advance(30_000);
    int before = cluster.probes().sent().size();
    cluster.probesOf("n2:9000", refused());
    cluster.probesOf("n3:9000", status(503));
    ClusterSnapshot snapshot = checkNow();
    assertThat(cluster.probes().sent().size()).isGreaterThanOrEqualTo(before + 3);
    assertThat(probe(snapshot, 0).verdict().kind()).isEqualTo(Verdict.Kind.UP);
    assertThat(probe(snapshot, 0).took()).isEqualTo(Duration.ofMillis(1));
    assertThat(probe(snapshot, 1).verdict().reason()).isEqualTo("connection refused");
    assertThat(snapshot.nodes().get(1).state()).isEqualTo(NodeState.DOWN);
    assertThat(probe(snapshot, 2).verdict().reason()).isEqualTo("503");
    assertThat(snapshot.nodes().get(2).state())
        .as("one bad answer takes nobody out")
        .isEqualTo(NodeState.UP);
  }

  @Test
  void a_node_that_is_back_need_not_wait_for_its_next_probe() throws Exception {
    cluster.probesOf("n2:9000", refused());
    cluster.advance(60_000);
    cluster.probesOf("n2:9000", up());
    checkNow();
    checkNow();
    assertThat(cluster.state("n2:9000")).isEqualTo(NodeState.UP);
  }

  @Test
  void without_probes_it_returns_at_once() {
    cluster.close();
    cluster = VirtualCluster.of(b -> b.nodes("http://n:9000").healthCheck(HealthCheck.none()));
    assertThat(cluster.balancer().checkNow().nodes().get(0).probe()).isNull();
  }

  @Test
  void an_interrupted_caller_gets_what_is_known_and_keeps_his_flag() {
    Thread.currentThread().interrupt();
    ClusterSnapshot snapshot = cluster.balancer().checkNow();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(snapshot.nodes()).hasSize(3);
  }

  @Test
  void a_closed_one_is_not_asked() {
    cluster.close();
    assertThatThrownBy(() -> cluster.balancer().checkNow())
        .isInstanceOf(IllegalStateException.class);
  }
}
