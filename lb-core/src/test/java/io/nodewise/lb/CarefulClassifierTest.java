package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.AnswerClassifier;
import io.nodewise.lb.retry.ErrorAnswer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A user's own view of error answers, as adapters get it. */
class CarefulClassifierTest {
  private record Answer(Node node, String method, int status, String code) implements ErrorAnswer {
    @Override
    public Optional<String> header(String name) {
      return Optional.empty();
    }
  }

  private static final ErrorAnswer NOT_READY =
      new Answer(Node.of("http://127.0.0.1:9000"), "GET", 400, "NodeNotReady");

  private static LoadBalancerBuilder builder() {
    return LoadBalancer.builder().nodes("http://127.0.0.1:9000").healthCheck(HealthCheck.none());
  }

  private static AnswerClassifier given(AnswerClassifier users) {
    try (LoadBalancer cluster = builder().answerClassifier(users).build()) {
      return cluster.answerClassifier().orElseThrow();
    }
  }

  @Test
  void what_it_says_is_handed_on() {
    AnswerClassifier known =
        given(answer -> answer.code().equals("NodeNotReady") ? Outcome.fault(answer.code()) : null);
    assertThat(known.classify(NOT_READY)).hasToString("FAULT (NodeNotReady)");
    assertThat(known.classify(new Answer(NOT_READY.node(), "GET", 400, "BadDigest"))).isNull();
  }

  @Test
  void whatever_it_throws_the_rules_decide() {
    AnswerClassifier exceptions =
        given(
            answer -> {
              throw new IllegalStateException("thrown by a test");
            });
    AnswerClassifier errors =
        given(
            answer -> {
              throw new AssertionError("thrown by a test");
            });
    for (int i = 0; i < 3; i++) {
      assertThat(exceptions.classify(NOT_READY)).isNull();
      assertThat(errors.classify(NOT_READY)).isNull();
    }
  }

  @Test
  void there_is_none_by_default() {
    try (LoadBalancer cluster = builder().build()) {
      assertThat(cluster.answerClassifier()).isEmpty();
    }
    assertThatThrownBy(() -> builder().answerClassifier(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("answerClassifier");
  }
}
