package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.TestRuntime;
import io.nodewise.lb.node.RequestHint;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundRobinPickerTest {
  private final Picker picker = BalancingPolicy.roundRobin().newPicker();

  private List<Candidate> picks(int times, Tried tried, Candidate... nodes) {
    List<Candidate> picked = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      picked.add(picker.pick(nodes, tried, RequestHint.read(), TestRuntime.seeded(1)));
    }
    return picked;
  }

  @Test
  void each_in_turn_whatever_its_load() {
    FakeCandidate[] nodes = FakeCandidate.idle(3);
    nodes[0].inFlight = 100;
    nodes[1].weight = 9;
    assertThat(picks(6, new Tried(), nodes))
        .containsExactly(nodes[0], nodes[1], nodes[2], nodes[0], nodes[1], nodes[2]);
  }

  @Test
  void the_next_one_stands_in_for_a_tried_full_or_weightless_node() {
    FakeCandidate[] nodes = FakeCandidate.idle(4);
    Tried tried = new Tried();
    tried.add(nodes[0]);
    nodes[1].full = true;
    nodes[3].weight = 0;
    assertThat(picks(8, tried, nodes)).containsOnly(nodes[2]);
  }

  @Test
  void null_when_nobody_is_left() {
    FakeCandidate[] nodes = FakeCandidate.idle(2);
    nodes[0].full = nodes[1].full = true;
    assertThat(picks(1, new Tried(), nodes)).containsOnlyNulls();
    assertThat(picks(1, new Tried())).containsOnlyNulls();
  }

  @Test
  void each_picker_has_a_turn_of_its_own() {
    FakeCandidate[] nodes = FakeCandidate.idle(3);
    picks(1, new Tried(), nodes);
    Picker other = BalancingPolicy.roundRobin().newPicker();
    assertThat(other.pick(nodes, new Tried(), RequestHint.read(), TestRuntime.seeded(1)))
        .isSameAs(nodes[0]);
  }

  @Test
  void goes_on_when_the_counter_overflows() throws Exception {
    var turn = RoundRobinPicker.class.getDeclaredField("turn");
    turn.setAccessible(true);
    ((java.util.concurrent.atomic.AtomicInteger) turn.get(picker)).set(Integer.MAX_VALUE - 1);
    FakeCandidate[] nodes = FakeCandidate.idle(2);
    assertThat(picks(4, new Tried(), nodes))
        .containsExactly(nodes[0], nodes[1], nodes[0], nodes[1]);
  }
}
