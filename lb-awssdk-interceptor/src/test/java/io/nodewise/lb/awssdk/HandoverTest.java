package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whose call it is when nobody waits any more. */
class HandoverTest {
  @Test
  void who_is_interrupted_takes_the_call_with_him() {
    Handover handover = new Handover();
    Thread.currentThread().interrupt();
    handover.await();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(handover.isOutlived()).isTrue();
  }

  @Test
  void what_is_done_has_been_left() {
    Handover handover = new Handover();
    handover.done();
    Thread.currentThread().interrupt();
    handover.await();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(handover.isOutlived()).isFalse();
  }
}
