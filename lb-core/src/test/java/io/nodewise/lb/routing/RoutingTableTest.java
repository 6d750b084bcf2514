package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.TestRuntime;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.time.Randomness;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RoutingTableTest {
  private final Balancer balancer = BalancingPolicy.leastLoaded().newBalancer();
  private final Randomness random = TestRuntime.seeded(3);
  private final Tried tried = new Tried();
  private final FakeCandidate primary1 = new FakeCandidate("primary1");
  private final FakeCandidate primary2 = new FakeCandidate("primary2");
  private final FakeCandidate backup = new FakeCandidate("backup");
  private final FakeCandidate ejected = new FakeCandidate("ejected");
  private RoutingTable table;

  @BeforeEach
  void threeGroups() {
    table =
        RoutingTable.of(
            List.of(List.of(primary1, primary2), List.of(), List.of(backup), List.of(ejected)),
            balancer);
  }

  private Candidate pick() {
    return table.pick(tried, RequestHint.read(), random.next());
  }

  private List<Candidate> walk() {
    List<Candidate> order = new ArrayList<>();
    while (table.hasUntried(tried, RequestHint.read())) {
      Candidate next = pick();
      order.add(next);
      tried.add(next);
    }
    return order;
  }

  @Test
  void a_request_walks_primary_nodes_then_backups_then_those_panic_brings_back() {
    List<Candidate> order = walk();
    assertThat(order.subList(0, 2)).containsExactlyInAnyOrder(primary1, primary2);
    assertThat(order.subList(2, 4)).containsExactly(backup, ejected);
    assertThat(pick()).isNull();
  }

  @Test
  void load_moves_nothing_to_a_later_group() {
    primary1.inFlight = 1000;
    primary2.inFlight = 1001;
    assertThat(pick()).isSameAs(primary1);
  }

  @Test
  void where_primary_nodes_are_full_a_backup_takes_over() {
    primary1.full = primary2.full = true;
    assertThat(pick()).isSameAs(backup);
  }

  @Test
  void where_all_are_full_the_least_busy_of_the_best_group_is_overfilled() {
    primary1.full = primary2.full = backup.full = ejected.full = true;
    primary1.inFlight = 7;
    primary2.inFlight = 6;
    assertThat(pick()).isSameAs(primary2);
    tried.add(primary1);
    tried.add(primary2);
    assertThat(pick()).isSameAs(backup);
  }

  @Test
  void where_all_are_full_who_stands_behind_those_tried_is_not_preferred() {
    FakeCandidate[] nodes = FakeCandidate.idle(5);
    table = RoutingTable.of(List.of(List.of(nodes)), balancer);
    for (FakeCandidate node : nodes) {
      node.full = true;
      node.inFlight = 3;
    }
    tried.add(nodes[0]);
    tried.add(nodes[1]);
    int[] counts = new int[3];
    for (int i = 0; i < 3000; i++) {
      counts[List.of(nodes).indexOf((FakeCandidate) pick()) - 2]++;
    }
    Uniformity.assertUniform(counts);
  }

  @Test
  void a_limit_leaves_no_level() {
    table =
        RoutingTable.of(
            List.of(List.of(List.of(primary1, primary2)), List.of(List.of(backup))),
            List.of(),
            balancer);
    primary1.full = primary2.full = true;
    primary2.inFlight = 1;
    assertThat(pick()).isSameAs(primary1);
    tried.add(primary1);
    assertThat(pick()).isSameAs(primary2);
    tried.add(primary2);
    assertThat(pick()).isSameAs(backup);
  }

  @Test
  void where_all_are_full_and_as_busy_the_first_is_not_preferred() {
    FakeCandidate[] nodes = FakeCandidate.idle(8);
    for (FakeCandidate node : nodes) {
      node.full = true;
    }
    table = RoutingTable.of(List.of(List.of(nodes)), balancer);
    int[] counts = new int[nodes.length];
    for (int i = 0; i < 1600; i++) {
      counts[List.of(nodes).indexOf(pick())]++;
    }
    Uniformity.assertUniform(counts);
  }

  @Test
  void a_node_of_weight_zero_is_never_given_anything() {
    primary1.weight = 0;
    primary2.weight = 0;
    backup.full = ejected.full = true;
    backup.inFlight = ejected.inFlight = 99;
    assertThat(walk()).containsExactly(backup, ejected);
  }

  @Test
  void has_untried_is_true_as_long_as_pick_finds_one() {
    primary1.weight = 0;
    primary2.full = true;
    int left = 3;
    while (table.hasUntried(tried, RequestHint.read())) {
      Candidate next = pick();
      assertThat(next).isNotNull();
      tried.add(next);
      left--;
    }
    assertThat(left).isZero();
    assertThat(pick()).isNull();
    assertThat(tried.size()).isEqualTo(3);
    tried.clear();
    assertThat(tried.size()).isZero();
    assertThat(table.hasUntried(tried, RequestHint.read())).isTrue();
  }

  @Test
  void a_table_of_nobody_is_empty() {
    table = RoutingTable.of(List.of(List.of(), List.of()), balancer);
    assertThat(table.hasUntried(new Tried(), RequestHint.read())).isFalse();
    assertThat(pick()).isNull();
    primary1.weight = 0;
    assertThat(
            RoutingTable.of(List.of(List.of(primary1)), balancer)
                .hasUntried(new Tried(), RequestHint.read()))
        .isFalse();
    assertThat(
            RoutingTable.of(List.of(List.of(backup)), balancer)
                .hasUntried(new Tried(), RequestHint.read()))
        .isTrue();
  }

  @Test
  void reads_and_writes_may_have_groups_of_their_own() {
    table =
        RoutingTable.of(
            List.of(List.of(List.of(primary1), List.of(backup))),
            List.of(List.of(List.of(primary2))),
            balancer);
    assertThat(table.pick(tried, RequestHint.read(), 1)).isSameAs(primary1);
    assertThat(table.pick(tried, RequestHint.write(), 1)).isSameAs(primary2);
    tried.add(primary1);
    tried.add(primary2);
    assertThat(table.hasUntried(tried, RequestHint.read())).isTrue();
    assertThat(table.hasUntried(tried, RequestHint.write())).isFalse();
    assertThat(table.pick(tried, RequestHint.write(), 1)).isNull();
  }

  @Test
  void each_group_has_one_picker_for_the_life_of_the_table() {
    List<List<Candidate>> made = new ArrayList<>();
    Balancer recording =
        group -> {
          made.add(List.of(group));
          return balancer.over(group);
        };
    List<List<FakeCandidate>> groups = List.of(List.of(primary1, primary2), List.of());
    // For writes an empty level more, as the registry makes it: all the same to a request.
    table = RoutingTable.of(List.of(groups), List.of(groups, List.of(List.of())), recording);
    for (int i = 0; i < 10; i++) {
      pick();
    }
    assertThat(made).containsExactly(List.of(primary1, primary2));
    RoutingTable.of(List.of(groups), List.of(List.of(List.of(primary2))), recording);
    assertThat(made.subList(1, 3)).containsExactly(List.of(primary1, primary2), List.of(primary2));
  }

  @Test
  void tried_remembers_any_number_of_nodes_by_identity() {
    FakeCandidate[] nodes = FakeCandidate.idle(20);
    for (int i = 0; i < nodes.length; i++) {
      assertThat(tried.contains(nodes[i])).isFalse();
      tried.add(nodes[i]);
      assertThat(tried.size()).isEqualTo(i + 1);
    }
    assertThat(nodes).allMatch(tried::contains);
    assertThat(tried.contains(new FakeCandidate("n0"))).isFalse();
  }

  /** Round robin would give a node that is stuck its turn for ever. */
  private void spillingAt(int spillsAt) {
    List<List<List<FakeCandidate>>> levels =
        List.of(List.of(List.of(primary1, primary2), List.of(backup)));
    table = RoutingTable.of(levels, levels, BalancingPolicy.roundRobin().newBalancer(), spillsAt);
  }

  @Test
  void a_node_that_holds_its_share_is_passed_over_while_another_of_its_group_holds_less() {
    spillingAt(10);
    primary1.inFlight = 10;
    primary2.inFlight = 9;
    for (int i = 0; i < 10; i++) {
      assertThat(pick()).isSameAs(primary2);
    }
    primary1.inFlight = 9;
    assertThat(List.of(pick(), pick())).containsExactlyInAnyOrder(primary1, primary2);
  }

  @Test
  void where_all_hold_their_share_the_policy_chooses_and_no_backup_is_asked() {
    spillingAt(10);
    primary1.inFlight = 50;
    primary2.inFlight = 10;
    assertThat(List.of(pick(), pick())).containsExactlyInAnyOrder(primary1, primary2);
  }

  @Test
  void a_node_that_is_left_alone_may_hold_everything() {
    spillingAt(10);
    primary1.inFlight = 50;
    primary2.full = true;
    assertThat(pick()).isSameAs(primary1);
    primary2.full = false;
    tried.add(primary2);
    assertThat(pick()).isSameAs(primary1);
  }

  @Test
  void of_those_that_hold_less_the_least_busy_for_its_weight_is_taken() {
    FakeCandidate heavy = new FakeCandidate("heavy");
    heavy.weight = 4;
    heavy.inFlight = 8;
    primary1.inFlight = 10;
    primary2.inFlight = 4;
    List<List<List<FakeCandidate>>> levels = List.of(List.of(List.of(primary1, primary2, heavy)));
    table = RoutingTable.of(levels, levels, nodes -> (tried, hint, random) -> primary1, 10);
    assertThat(pick()).isSameAs(heavy);
  }
}
