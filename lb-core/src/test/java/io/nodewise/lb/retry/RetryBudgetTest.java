package io.nodewise.lb.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryBudgetTest {

  private static void rejects(UnaryOperator<RetryBudget.Builder> change, String message) {
    RetryBudget.Builder builder = change.apply(RetryBudget.builder()); // setters never throw
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void defaults() {
    assertThat(RetryBudget.defaults())
        .hasToString("RetryBudget[share=0.05, perSecond=1.0, fade=PT10S]");
    assertThat(RetryBudget.defaults().isLimited()).isTrue();
  }

  @Test
  void settings_are_taken() {
    RetryBudget set =
        RetryBudget.builder().share(0.2).perSecond(10).fade(Duration.ofSeconds(3)).build();
    assertThat(set.share()).isEqualTo(0.2);
    assertThat(set.perSecond()).isEqualTo(10);
    assertThat(set.fade()).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void unlimited_is_no_budget() {
    assertThat(RetryBudget.unlimited().isLimited()).isFalse();
    assertThat(RetryBudget.unlimited()).hasToString("RetryBudget[unlimited]");
  }

  @Test
  void nothing_at_all_may_be_asked_for() {
    assertThat(RetryBudget.builder().share(0).perSecond(0).build().isLimited()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.01, 5, Double.NaN, Double.POSITIVE_INFINITY})
  void the_share_is_a_part(double share) {
    rejects(b -> b.share(share), "retry budget share: " + share + " (expected: 0 to 1)");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, 1000.5, Double.NaN, Double.NEGATIVE_INFINITY})
  void so_many_a_second_are_no_fewer_than_none_and_no_more_than_a_thousand(double perSecond) {
    rejects(
        b -> b.perSecond(perSecond),
        "retry budget per second: " + perSecond + " (expected: 0 to 1000)");
  }

  @Test
  void it_fades_in_a_second_at_least_and_an_hour_at_most() {
    rejects(
        b -> b.fade(Duration.ofMillis(999)),
        "retry budget fade: PT0.999S (expected: PT1S to PT1H)");
    rejects(
        b -> b.fade(Duration.ofMinutes(61)), "retry budget fade: PT1H1M (expected: PT1S to PT1H)");
    rejects(
        b -> b.fade(Duration.ofSeconds(-1)), "retry budget fade: PT-1S (expected: PT1S to PT1H)");
  }
}
