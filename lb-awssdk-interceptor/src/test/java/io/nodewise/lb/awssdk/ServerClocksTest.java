package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ServerClocksTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final ServerClocks clocks = new ServerClocks();

  @Test
  void nothing_is_known_before_a_node_took_our_time() {
    assertThat(clocks.isOursRight(0)).isFalse();
    assertThat(clocks.isOursRight(Long.MIN_VALUE)).isFalse();
  }

  @Test
  void a_clock_that_was_right_is_right_for_a_minute() {
    long now = Long.MAX_VALUE - SECOND; // runs over on the way
    clocks.taken(now);
    assertThat(clocks.isOursRight(now)).isTrue();
    assertThat(clocks.isOursRight(now + 59 * SECOND)).isTrue();
    assertThat(clocks.isOursRight(now + 61 * SECOND)).isFalse();
  }

  @Test
  void a_clock_in_doubt_is_right_when_a_node_takes_it_again() {
    clocks.taken(0);
    clocks.doubted();
    assertThat(clocks.isOursRight(1)).isFalse();
    clocks.taken(2);
    assertThat(clocks.isOursRight(3)).isTrue();
  }

  @Test
  void with_every_answer_for_a_minute_more() {
    for (int i = 0; i < 300; i++) {
      clocks.taken(i * SECOND);
    }
    assertThat(clocks.isOursRight((299 + 50) * SECOND)).isTrue();
  }
}
