package io.nodewise.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nodewise.lb.TestRuntime;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveNodeTest {
  private static final Rules RULES =
      new Rules(
          HealthCheck.auto(),
          true,
          OutlierDetection.defaults(),
          SlowStart.defaults(),
          TestRuntime.seeded(1));

  private final LiveNode node = liveNode();
  private long clock;

  static LiveNode liveNode() {
    return new LiveNode(
        Node.of("http://a:9000"), new NodeHealth(RULES, true, false, 0), Integer.MAX_VALUE);
  }

  @Test
  void a_limit_holds_unless_forced() {
    node.limit(2);
    assertThat(node.tryBegin(false)).isTrue();
    assertThat(node.isFull()).isFalse();
    assertThat(node.tryBegin(false)).isTrue();
    assertThat(node.isFull()).isTrue();
    assertThat(node.tryBegin(false)).isFalse();
    assertThat(node.inFlight()).isEqualTo(2);
    assertThat(node.tryBegin(true)).isTrue();
    assertThat(node.inFlight()).isEqualTo(3);
    assertThat(node.attempts()).as("the refused one does not count").isEqualTo(3);
    node.end();
    node.end();
    assertThat(node.tryBegin(false)).isTrue();
  }

  @Test
  void without_a_limit_everything_begins() {
    for (int i = 0; i < 1000; i++) {
      assertThat(node.tryBegin(false)).isTrue();
    }
    assertThat(node.inFlight()).isEqualTo(1000);
    assertThat(node.load()).isEqualTo(1000);
  }

  @Test
  void a_fault_weighs_as_ten_attempts_and_a_cry_for_less_as_five() {
    node.count(Outcome.fault("500"), true);
    assertThat(node.load()).isEqualTo(10);
    node.count(Outcome.load("SlowDown"), true);
    assertThat(node.load()).isEqualTo(15);
    node.tryBegin(false);
    assertThat(node.load()).isEqualTo(16);
    assertThat(node.faults()).isEqualTo(1);
    assertThat(node.loads()).isEqualTo(1);
  }

  @Test
  void success_and_cancellation_leave_the_penalty_alone() {
    node.count(Outcome.fault("500"), true);
    node.count(Outcome.success(), true);
    node.count(Outcome.cancelled(), true);
    assertThat(node.penalty()).isEqualTo(10);
    assertThat(node.faults()).isEqualTo(1);
  }

  @Test
  void a_penalty_has_a_ceiling_and_fades_to_exactly_nothing() {
    for (int i = 0; i < 1000; i++) {
      node.count(Outcome.fault("500"), true);
    }
    assertThat(node.penalty()).isEqualTo(100);
    for (int i = 0; i < 50; i++) {
      node.decayPenalty(Math.exp(-0.02)); // ten seconds of ticks
    }
    assertThat(node.penalty()).isCloseTo(100 / Math.E, within(0.5));
    for (int i = 0; i < 250; i++) {
      node.decayPenalty(Math.exp(-0.02));
    }
    assertThat(node.load()).as("or ties would never be ties again").isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.1, 1, 10, 209_715, 1e6, 4e12})
  void a_fault_is_as_bad_whatever_the_weight_and_forgotten_no_sooner(double weight) {
    node.weight(weight);
    for (int faults = 1; faults <= 20; faults++) {
      node.count(Outcome.fault("500"), true);
      assertThat(node.load() / weight).isCloseTo(Math.min(100, 10 * faults), within(1e-9));
      assertThat(node.penalty()).isEqualTo(node.load());
    }
    for (int i = 0; i < 50; i++) {
      node.decayPenalty(Math.exp(-0.02)); // ten seconds of ticks
    }
    assertThat(node.load() / weight).isCloseTo(100 / Math.E, within(0.5));
    for (int i = 0; i < 250; i++) {
      node.decayPenalty(Math.exp(-0.02));
    }
    assertThat(node.load()).isZero();
  }

  @Test
  void a_penalty_grows_with_the_weight_of_a_node_that_starts_slowly() {
    node.weight(0.1);
    node.count(Outcome.fault("500"), true);
    node.weight(1);
    assertThat(node.load()).isEqualTo(10);
  }

  @Test
  void faults_in_a_row_are_counted_until_a_success() {
    node.count(Outcome.fault("500"), true);
    node.count(Outcome.unreachable("refused"), true);
    node.count(Outcome.cancelled(), true);
    node.count(Outcome.load("SlowDown"), true);
    assertThat(node.consecutiveFaults()).isEqualTo(2);
    node.count(Outcome.success(), true);
    assertThat(node.consecutiveFaults()).isZero();
  }

  @Test
  void outcomes_from_an_earlier_era_leave_the_row_alone() {
    node.count(Outcome.fault("late"), false);
    assertThat(node.consecutiveFaults()).isZero();
    assertThat(node.faults()).isEqualTo(1);
    node.count(Outcome.fault("500"), true);
    node.count(Outcome.success(), false);
    assertThat(node.consecutiveFaults()).isEqualTo(1);
  }

  @Test
  void a_spike_is_noticed_and_forgotten_and_a_few_slow_answers_are_believed() {
    answers(50, 10_000_000);
    assertThat(node.latency()).isCloseTo(10_000_000, within(50_000L));
    answers(1, 100_000_000);
    assertThat(node.latency()).isEqualTo(46_000_000);
    answers(10, 10_000_000);
    assertThat(node.latency()).isLessThan(22_000_000);
    answers(3, 100_000_000);
    assertThat(node.latency()).isGreaterThan(85_000_000);
  }

  private void answers(int count, long nanos) {
    for (int i = 0; i < count; i++) {
      clock += 50_000_000;
      node.firstByte(nanos, clock);
    }
  }

  @Test
  void latency_is_forgotten_unless_refreshed() {
    for (int i = 0; i < 50; i++) {
      node.firstByte(1_000_000_000, 0);
    }
    for (int i = 0; i < 10; i++) {
      node.decayLatency(Math.pow(0.5, 0.1));
    }
    assertThat(node.latency()).isCloseTo(500_000_000, within(10_000_000L));
    for (int i = 0; i < 400; i++) {
      node.decayLatency(Math.pow(0.5, 0.1));
    }
    assertThat(node.latency()).isZero();
  }

  @Test
  void a_node_that_comes_back_starts_without_a_past() {
    node.count(Outcome.fault("500"), true);
    node.firstByte(1_000_000_000, 0);
    node.tryBegin(false);
    node.forgetPast();
    assertThat(node.load()).as("what is in flight stays").isEqualTo(1);
    assertThat(node.latency()).isZero();
    assertThat(node.consecutiveFaults()).isZero();
    assertThat(node.firstByteQuantile(0.5)).as("what was measured stays").isNotZero();
  }
}
