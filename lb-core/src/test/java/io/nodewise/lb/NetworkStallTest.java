package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When nothing comes through any more, to no node: the network's fault, not theirs. */
class NetworkStallTest {
  private final VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void connections_that_time_out_everywhere_take_nobody_out_for_certain_and_end_no_upload() {
    List<Attempt> uploads = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      Attempt upload = cluster.beginOn("n" + i + ":9000", true);
      upload.sending();
      uploads.add(upload);
      cluster.probesOf("n" + i + ":9000", noAnswer());
    }
    List<Attempt> connecting = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      connecting.add(cluster.beginOn("n" + i + ":9000"));
    }
    cluster.advance(2000);
    connecting.forEach(attempt -> attempt.end(Outcome.connectTimedOut("connect timed out")));
    cluster.advance(12_000);
    assertThat(uploads).allSatisfy(upload -> assertThat(upload.verdict()).isNull());
    assertThat(cluster.reach()).as("all are still asked").hasSize(4);
  }

  @Test
  void with_a_witness_a_connection_that_timed_out_takes_the_node_out() {
    cluster.probesOf("n2:9000", noAnswer());
    cluster.beginOn("n2:9000").end(Outcome.connectTimedOut("connect timed out"));
    cluster.advance(1300);
    assertThat(cluster.state("n2:9000")).isEqualTo(NodeState.DOWN);
    assertThat(cluster.reach()).hasSize(3);
  }

  @Test
  void when_the_network_is_back_so_are_all() {
    for (int i = 1; i <= 4; i++) {
      cluster.probesOf("n" + i + ":9000", noAnswer());
    }
    cluster.advance(30_000);
    assertThat(cluster.balancer().snapshot().eligible()).isZero();
    assertThat(cluster.reach()).hasSize(4);
    for (int i = 1; i <= 4; i++) {
      cluster.probesOf("n" + i + ":9000", up());
    }
    cluster.advance(4500);
    assertThat(cluster.balancer().snapshot().eligible()).isEqualTo(4);
  }
}
