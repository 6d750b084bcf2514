package io.nodewise.lb.contract;

import static org.assertj.core.api.Assertions.assertThat;

/** Event loops that are the JVM's and stay, but of which a client must not leave another one. */
final class EventLoops {
  private final String name;
  private long first = -1;

  EventLoops(String name) {
    this.name = name;
  }

  /** After the first client they are what they are. */
  void assertNoMore() {
    long now =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith(name))
            .count();
    if (first < 0) {
      first = now;
    }
    assertThat(now).as("threads called %s", name).isPositive().isLessThanOrEqualTo(first);
  }
}
