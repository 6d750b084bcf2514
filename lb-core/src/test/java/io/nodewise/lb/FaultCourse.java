package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NodeState;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a set of four nodes got over a fault of one of them that lasted two minutes. What is null did
 * not happen.
 *
 * @param left after how long the node got nothing new or, without requests, was out
 * @param as the state it was in when it first was out
 * @param met requests that failed an attempt on it, or took much longer than usual
 * @param longest what the slowest request took
 * @param again how long after the end of the fault it was asked again or, without requests, in
 * @param full how long after the end of the fault it had its full share
 */
record FaultCourse(
    @Nullable Duration left,
    @Nullable NodeState as,
    long met,
    Duration longest,
    @Nullable Duration again,
    @Nullable Duration full) {

  private static final String NODES = "http://n{1...4}:9000";
  private static final String SICK = "n2:9000";
  private static final Duration DELAYED = Duration.ofMillis(100); // five times the usual

  static final Duration FAULT = Duration.ofMinutes(2);

  /** So long without a new request is being left. */
  private static final Duration LEFT = Duration.ofSeconds(2);

  private static final Duration SHARE_WINDOW = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Runs one; {@code perSecond} 0 is a client that sends nothing. */
  static FaultCourse run(NodeFault fault, long seed, int perSecond) {
    try (VirtualCluster cluster = VirtualCluster.of(seed, builder -> builder.nodes(NODES))) {
      VirtualTraffic traffic = new VirtualTraffic(cluster, seed);
      for (int i = 1; i <= 4; i++) {
        traffic.behave("n" + i + ":9000", NodeFault.usual());
      }
      traffic.rate(perSecond);
      cluster.advance(20_000 + seed * 211); // at any point of the intervals
      Duration begun = cluster.tasks().elapsed();
      fault.begin(SICK, cluster, traffic);
      cluster.tasks().advance(FAULT);
      Duration ended = cluster.tasks().elapsed();
      fault.end(SICK, cluster, traffic);
      Duration full = perSecond == 0 ? null : untilFull(cluster, traffic, perSecond, ended);
      if (perSecond == 0) {
        cluster.advance(30_000);
      }
      traffic.rate(0);
      cluster.advance(3_000);
      VirtualCluster.@Nullable Event out = firstOut(cluster, begun);
      List<Duration> starts = traffic.starts(SICK);
      return new FaultCourse(
          perSecond == 0 ? (out == null ? null : out.at().minus(begun)) : left(starts, begun),
          out == null ? null : out.transition().to(),
          traffic.requests().stream().filter(one -> met(one)).count(),
          traffic.requests().stream()
              .map(one -> one.took)
              .max(Duration::compareTo)
              .orElse(Duration.ZERO),
          perSecond == 0 ? back(cluster, out, ended) : again(starts, ended),
          full);
    }
  }

  private static boolean met(VirtualTraffic.Request request) {
    assertThat(request.succeeded).as("no request is lost for good").isTrue();
    return request.failedOn.contains(SICK) || request.took.compareTo(DELAYED) >= 0;
  }

  private static VirtualCluster.@Nullable Event firstOut(VirtualCluster cluster, Duration since) {
    return cluster.events().stream()
        .filter(event -> event.transition().node().id().equals(SICK))
        .filter(event -> event.at().compareTo(since) >= 0)
        .filter(event -> !event.transition().to().eligible())
        .findFirst()
        .orElse(null);
  }

  /** How long until the last request before the first pause. */
  private static @Nullable Duration left(List<Duration> starts, Duration begun) {
    Duration last = begun;
    for (Duration start : starts) {
      if (start.compareTo(begun) > 0) {
        if (start.minus(last).compareTo(LEFT) > 0) {
          break;
        }
        last = start;
      }
    }
    return last.minus(begun);
  }

  private static @Nullable Duration again(List<Duration> starts, Duration ended) {
    return starts.stream()
        .filter(start -> start.compareTo(ended) > 0)
        .findFirst()
        .map(start -> start.minus(ended))
        .orElse(null);
  }

  private static @Nullable Duration back(
      VirtualCluster cluster, VirtualCluster.@Nullable Event out, Duration ended) {
    if (out == null) {
      return null;
    }
    return cluster.events().stream()
        .filter(event -> event.transition().node().id().equals(SICK))
        .filter(event -> event.at().compareTo(ended) >= 0)
        .filter(event -> event.transition().to().eligible())
        .findFirst()
        .map(event -> event.at().minus(ended))
        .orElse(null);
  }

  /** Until its weight is whole, nothing limits it and it gets at least half of a fair share. */
  private static Duration untilFull(
      VirtualCluster cluster, VirtualTraffic traffic, int perSecond, Duration ended) {
    while (cluster.tasks().elapsed().minus(ended).compareTo(PATIENCE) < 0) {
      cluster.advance(100);
      Duration now = cluster.tasks().elapsed();
      Duration from = now.minus(SHARE_WINDOW);
      NodeSnapshot node = cluster.node(SICK);
      double fair = perSecond * SHARE_WINDOW.toSeconds() / 4.0;
      if (node.state() == NodeState.UP
          && node.weight() == 1
          && traffic.startsSince(SICK, from) >= fair / 2) {
        return now.minus(ended);
      }
    }
    throw new AssertionError("never whole again:\n" + cluster);
  }
}
