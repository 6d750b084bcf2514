package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.probe.ProbeResult;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When so many nodes seem sick that the verdicts are doubted. */
class PanicTest {
  private static final List<String> ALL = List.of("n1:9000", "n2:9000", "n3:9000", "n4:9000");
  private static final List<String> FIRST_THREE = ALL.subList(0, 3);
  private static final String N4 = "n4:9000";

  private static void probes(VirtualCluster cluster, List<String> ids, ProbeResult result) {
    ids.forEach(id -> cluster.probesOf(id, result));
    cluster.advance(20_000);
  }

  @Test
  void at_half_eligible_nobody_panics() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      probes(cluster, ALL.subList(0, 2), status(503));
      assertThat(cluster.balancer().snapshot().panic()).isFalse();
      assertThat(cluster.reach()).containsExactlyInAnyOrder("n3:9000", N4);
    }
  }

  @Test
  void below_half_the_softly_out_are_used_behind_the_eligible() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      probes(cluster, FIRST_THREE, status(503));
      assertThat(cluster.node("n1:9000").reason()).isEqualTo("probe: 503");
      assertThat(cluster.balancer().snapshot().panic()).isTrue();
      assertThat(cluster.picks(100)).containsOnly(N4);
      List<String> reach = cluster.reach();
      assertThat(reach.get(0)).isEqualTo(N4);
      assertThat(reach.subList(1, 4)).containsExactlyInAnyOrderElementsOf(FIRST_THREE);
    }
  }

  @Test
  void those_that_refuse_or_hang_are_never_used() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      probes(cluster, List.of("n1:9000"), refused());
      probes(cluster, List.of("n2:9000"), noAnswer());
      probes(cluster, List.of("n3:9000"), status(503));
      assertThat(cluster.balancer().snapshot().panic()).isTrue();
      assertThat(cluster.reach()).containsExactly(N4, "n3:9000");
    }
  }

  @Test
  void those_an_operator_took_out_are_never_used_and_do_not_count() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      cluster.balancer().drain("n1:9000");
      cluster.balancer().disable("n2:9000");
      assertThat(cluster.balancer().snapshot().panic()).isFalse();
      probes(cluster, ALL.subList(0, 3), status(503));
      assertThat(cluster.balancer().snapshot().panic()).as("one of two").isFalse();
      probes(cluster, ALL, status(503));
      assertThat(cluster.balancer().snapshot().panic()).isTrue();
      assertThat(cluster.reach()).containsExactlyInAnyOrder("n3:9000", N4);
    }
  }

  @Test
  void a_health_path_no_node_knows_leaves_the_set_usable() {
    try (VirtualCluster cluster = VirtualCluster.of("http://n{1...4}:9000")) {
      probes(cluster, ALL, status(404));
      assertThat(cluster.balancer().snapshot().eligible()).isZero();
      assertThat(cluster.reach()).containsExactlyInAnyOrderElementsOf(ALL);
      assertThat(cluster.picks(200)).containsAll(ALL);
      cluster.endOn("n1:9000", Outcome.success(), 10);
      assertThat(cluster.state("n1:9000")).isEqualTo(NodeState.DOWN);
    }
  }

  @Test
  void nodes_that_refused_and_now_answer_if_wrongly_are_usable_again() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      probes(cluster, ALL, refused());
      assertThat(cluster.reach()).isEmpty();
      probes(cluster, ALL, status(404));
      assertThat(cluster.reach()).containsExactlyInAnyOrderElementsOf(ALL);
      assertThat(cluster.node(N4).state()).isEqualTo(NodeState.DOWN);
      assertThat(cluster.node(N4).reason()).isEqualTo("probe: 404");
    }
  }

  @Test
  void a_node_used_in_panic_that_refuses_is_left_at_once() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      probes(cluster, ALL, status(404));
      cluster.beginOn("n1:9000").end(Outcome.unreachable("connection refused"));
      assertThat(cluster.reach()).hasSize(3).doesNotContain("n1:9000");
      assertThat(cluster.node("n1:9000").reason()).isEqualTo("connection refused");
      cluster.probesOf("n2:9000", refused());
      cluster.advance(2000);
      assertThat(cluster.reach()).doesNotContain("n2:9000");
    }
  }

  @Test
  void hard_and_soft_changes_of_a_node_that_stays_down_are_no_transitions() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      probes(cluster, ALL, refused());
      probes(cluster, ALL, status(404));
      probes(cluster, ALL, refused());
      assertThat(cluster.transitions()).hasSize(4).allMatch(t -> t.endsWith("UP->DOWN"));
    }
  }

  @Test
  void ejected_nodes_are_softly_out() {
    OutlierDetection all = OutlierDetection.builder().maxEjectedFraction(1).build();
    try (VirtualCluster cluster =
        VirtualCluster.up(b -> b.nodes("http://n{1...4}:9000").outlierDetection(all))) {
      FIRST_THREE.forEach(id -> cluster.endOn(id, Outcome.fault("500"), 5));
      assertThat(cluster.reach()).hasSize(4).startsWith(N4);
      assertThat(cluster.picks(50)).containsOnly(N4);
    }
  }

  @Test
  void the_end_of_the_panic_is_the_end_of_its_means() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      probes(cluster, FIRST_THREE, status(503));
      probes(cluster, List.of("n1:9000"), up());
      assertThat(cluster.balancer().snapshot().panic()).isFalse();
      assertThat(cluster.reach()).containsExactlyInAnyOrder("n1:9000", N4);
    }
  }

  @Test
  void the_only_node_is_used_whatever_is_known_of_it() {
    for (ProbeResult result : List.of(refused(), noAnswer(), status(503))) {
      try (VirtualCluster cluster = VirtualCluster.up("http://n1:9000")) {
        probes(cluster, List.of("n1:9000"), result);
        assertThat(cluster.state("n1:9000")).isEqualTo(NodeState.DOWN);
        assertThat(cluster.reach()).containsExactly("n1:9000");
        cluster.endOn("n1:9000", Outcome.unreachable("refused"), 10);
        assertThat(cluster.reach()).containsExactly("n1:9000");
      }
    }
  }

  @Test
  void the_only_node_can_still_be_taken_out_by_an_operator() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n1:9000")) {
      cluster.balancer().disable("n1:9000");
      assertThat(cluster.refusal())
          .isEqualTo(
              "no node for this read: 0/1 eligible: n1:9000 DISABLED 0s (disabled by operator)");
    }
  }

  @Test
  void the_second_node_of_a_set_that_shrinks_to_one_is_used_though_it_is_down() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...2}:9000")) {
      probes(cluster, List.of("n2:9000"), refused());
      assertThat(cluster.reach()).containsExactly("n1:9000");
      cluster.balancer().update(io.nodewise.lb.node.NodeSet.parse("http://n2:9000"));
      assertThat(cluster.state("n2:9000")).isEqualTo(NodeState.DOWN);
      assertThat(cluster.reach()).containsExactly("n2:9000");
    }
  }
}
