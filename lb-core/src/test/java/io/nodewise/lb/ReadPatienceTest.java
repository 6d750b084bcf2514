package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.Timeouts;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Storage that hangs behind a healthy probe: only the silence of reads tells. */
class ReadPatienceTest {
  private static final String N1 = "n1:9000";
  private static final String N2 = "n2:9000";

  private VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  /** So many reads answered after 20 ms, one after another. */
  private void reads(int count) {
    for (int i = 0; i < count; i++) {
      Attempt read = cluster.begin();
      cluster.advance(20);
      read.firstByte();
      read.end(Outcome.success());
    }
  }

  @Test
  void the_first_attempt_of_a_read_is_given_up_after_two_seconds_though_the_probe_is_well() {
    reads(200);
    Attempt stuck = cluster.beginFirstOn(N2);
    reads(90);
    assertThat(stuck.verdict()).isNull();
    reads(25);
    assertThat(stuck.verdict()).isNotNull();
    assertThat(stuck.verdict().kind()).isEqualTo(Outcome.Kind.FAULT);
    assertThat(stuck.verdict().reason())
        .matches("did not answer for 2\\d{3} ms, nearly all reads do within \\d\\d ms");
    assertThat(cluster.state(N2)).isEqualTo(NodeState.UP);
  }

  @Test
  void five_such_reads_put_the_node_out_within_three_seconds() {
    reads(200);
    List<Attempt> stuck = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      stuck.add(cluster.beginFirstOn(N2));
    }
    reads(115);
    stuck.forEach(attempt -> attempt.end(attempt.verdict()));
    assertThat(cluster.state(N2)).isEqualTo(NodeState.EJECTED);
  }

  @Test
  void the_second_attempt_has_all_the_time_there_is() throws Exception {
    reads(200);
    Route route = cluster.balancer().route(io.nodewise.lb.node.RequestHint.read());
    route.next(false).end(Outcome.fault("gave up"));
    Attempt second = route.next(false);
    cluster.advance(34_000);
    assertThat(second.verdict()).isNull();
    cluster.advance(1500);
    assertThat(second.verdict()).isNotNull();
  }

  @Test
  void a_write_and_a_read_with_nowhere_else_to_go_have_it_too() {
    reads(200);
    Attempt write = cluster.beginOn(N2, true);
    write.sent();
    cluster.advance(30_000);
    assertThat(write.verdict()).isNull();
    write.end(Outcome.success());
    for (String id : new String[] {N2, "n3:9000", "n4:9000"}) {
      cluster.probesOf(id, refused());
      cluster.beginOn(id).end(Outcome.unreachable("refused"));
    }
    Attempt last = cluster.beginFirstOn(N1);
    cluster.advance(30_000);
    assertThat(last.verdict()).isNull();
  }

  @Test
  void where_its_node_answers_other_reads_a_read_is_slow_by_its_nature() {
    reads(200);
    Attempt slow = cluster.beginFirstOn(N2);
    for (int second = 0; second < 10; second++) {
      Attempt quick = cluster.beginFirstOn(N2);
      reads(20);
      quick.firstByte();
      quick.end(Outcome.success());
      reads(20);
    }
    assertThat(slow.verdict()).isNull();
  }

  @Test
  void a_burst_of_slow_reads_with_nothing_beside_it_blames_nobody() {
    reads(400);
    List<Attempt> listings = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      listings.add(cluster.begin());
    }
    cluster.advance(10_000);
    assertThat(listings).allSatisfy(listing -> assertThat(listing.verdict()).isNull());
    assertThat(cluster.transitions()).isEmpty();
  }

  @Test
  void with_too_few_reads_nothing_is_known_and_nothing_is_hurried() {
    reads(50);
    Attempt stuck = cluster.beginFirstOn(N2);
    cluster.advance(30_000);
    assertThat(stuck.verdict()).isNull();
  }

  @Test
  void slow_reads_of_the_whole_set_lengthen_it() {
    for (int i = 0; i < 20; i++) {
      List<Attempt> together = new ArrayList<>();
      for (int k = 0; k < 10; k++) {
        together.add(cluster.begin());
      }
      cluster.advance(800);
      together.forEach(Attempt::firstByte);
      together.forEach(read -> read.end(Outcome.success()));
    }
    Attempt slow = cluster.beginFirstOn(N2);
    reads(300);
    assertThat(slow.verdict()).as("ten times 800 ms").isNull();
    reads(200);
    assertThat(slow.verdict()).isNotNull();
  }

  @Test
  void it_can_be_switched_off() {
    cluster.close();
    cluster =
        VirtualCluster.up(
            b ->
                b.nodes("http://n{1...4}:9000")
                    .timeouts(Timeouts.builder().readPatience(0).build()));
    reads(200);
    Attempt stuck = cluster.beginFirstOn(N2);
    cluster.advance(30_000);
    assertThat(stuck.verdict()).isNull();
  }
}
