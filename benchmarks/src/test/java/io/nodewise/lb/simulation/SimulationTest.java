package io.nodewise.lb.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the default policy promises under trouble, as in the simulation's report but on slower
 * nodes, so that there are fewer requests: a promise is lost when one of these fails. The numbers
 * in the comments are those of seeds 1 to 3 when the test was written.
 */
class SimulationTest {
  /** Four slots of 20 ms each: some 140 requests a second. */
  private static final Hardware SLOWER = new Hardware(4, 64, 2.5e9, 200e6, 20, 0.6);

  private static Result play(Scenario scenario, int clients, int nodes) {
    return scenario.run(
        Setting.of(Policy.LEAST_LOADED, clients)
            .withNodes(nodes)
            .withHardware(SLOWER)
            .withSizes(new Sizes(0.09, 0)));
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 100})
  void p99_hardly_suffers_from_one_node_that_is_ten_times_slower(int clients) {
    Result healthy = play(Scenario.HEALTHY, clients, 20);
    Result slow = play(Scenario.SLOW_NODE, clients, 20);
    assertThat(healthy.falseEjections()).isZero();
    assertThat(slow.p99() / healthy.p99()).isLessThan(1.25); // 1.08, of 100 clients 1.11 to 1.18
    // 0.002 and 0.005: each client has to meet it two or three times. A fair share is 0.05.
    assertThat(slow.badShare()).isLessThan(clients == 20 ? 0.0035 : 0.0065);
    assertThat(slow.failed()).isZero();
  }

  @Test
  void a_node_that_fails_in_a_millisecond_gets_a_hundredth_of_the_requests_at_most() {
    for (Scenario failing : new Scenario[] {Scenario.FAST_503, Scenario.FAST_500}) {
      Result result = play(failing, 20, 20);
      assertThat(result.badShare()).as(failing.shown()).isLessThan(0.01);
      assertThat(result.failed()).as(failing.shown()).isZero();
    }
  }

  @Test
  void a_black_hole_gets_its_share_at_most_until_it_is_found_out_and_nothing_then() {
    Result result = play(Scenario.BLACK_HOLE, 20, 20);
    assertThat(result.badShareBefore()).isLessThan(1.2 / 20);
    assertThat(result.badShareAfter()).isLessThan(0.001);
    assertThat(result.detect()).isLessThan(3);
    assertThat(result.recover()).isLessThan(30);
    assertThat(result.failed()).isZero();
    assertThat(result.falseEjections()).isZero();
  }

  @Test
  void no_request_fails_while_nodes_restart_one_after_the_other() {
    Result result = play(Scenario.ROLLING_RESTART, 20, 10);
    assertThat(result.failed()).isZero();
    assertThat(result.amplification()).isLessThan(1.05);
  }

  @Test
  void goodput_is_back_within_ten_seconds_of_an_overload() {
    Result result = play(Scenario.OVERLOAD, 20, 10);
    assertThat(result.goodputBack()).isLessThan(10);
    assertThat(result.lastFailure()).isLessThan(10);
    assertThat(result.amplification()).isLessThan(1.1); // 1.07; 1.23 without a budget
  }

  @Test
  void new_nodes_are_neither_starved_nor_flooded() {
    Result result = play(Scenario.SCALE_OUT, 20, 20);
    assertThat(Property.flooded(result)).isLessThan(2);
    assertThat(Property.kept(result)).isBetween(0.4, 0.6);
    assertThat(result.failed()).isZero();
  }
}
