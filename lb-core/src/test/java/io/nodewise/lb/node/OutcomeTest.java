package io.nodewise.lb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutcomeTest {

  @Test
  void load_carries_the_pause_the_node_asked_for() {
    Outcome outcome = Outcome.load("503 SlowDown", Duration.ofSeconds(7));
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.LOAD);
    assertThat(outcome.reason()).isEqualTo("503 SlowDown");
    assertThat(outcome.pause()).isEqualTo(Duration.ofSeconds(7));
    assertThat(outcome).hasToString("LOAD (503 SlowDown, pause PT7S)");
  }

  @Test
  void nothing_else_asks_for_one() {
    assertThat(Outcome.load("429").pause()).isZero();
    assertThat(Outcome.load("429", Duration.ZERO)).hasToString("LOAD (429)");
    assertThat(Outcome.fault("500").pause()).isZero();
    assertThat(Outcome.success().pause()).isZero();
    assertThat(Outcome.cancelled().pause()).isZero();
  }

  @Test
  void a_negative_pause_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Outcome.load("429", Duration.ofMillis(-1)))
        .withMessage("pause: PT-0.001S (expected: >= 0)");
  }
}
