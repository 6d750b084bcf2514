package io.nodewise.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.examples.demo.client.NodeRow;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RecentSharesTest {
  private final RecentShares shares = new RecentShares();

  @Test
  void aNodeThatGetsNothingAnyMoreLosesItsShare() {
    shares.update(at(0), List.of(row("a", 100), row("b", 100)));
    assertThat(shares.update(at(4), List.of(row("a", 120), row("b", 180))))
        .containsEntry("a", 0.2)
        .containsEntry("b", 0.8);
    assertThat(shares.update(at(8), List.of(row("a", 120), row("b", 200))))
        .containsEntry("a", 0.0)
        .containsEntry("b", 1.0);
  }

  @Test
  void withoutAttemptsNobodyHasAShare() {
    assertThat(shares.update(at(0), List.of(row("a", 0)))).containsEntry("a", 0.0);
  }

  private static long at(int seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }

  private static NodeRow row(String node, long attempts) {
    NodeRow.Health health = NodeRow.Health.GOOD;
    Duration none = Duration.ZERO;
    return new NodeRow(node, "UP", health, "", Optional.empty(), 0, 0, attempts, 0, none, none);
  }
}
