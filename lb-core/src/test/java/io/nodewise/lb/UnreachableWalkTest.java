package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * How long a single call walks over nodes that take no connection and say nothing, from the moment
 * at which they begin to, while nobody else sends anything.
 */
class UnreachableWalkTest {
  private static final int CONNECT_TIMEOUT = 2000; // ms, the default
  private static final int STEP = 50; // ms

  /** Milliseconds until a living node is met, for as many courses of chance as there are here. */
  private static List<Integer> walks(int living, int dead, boolean probed) {
    List<Integer> walks = new ArrayList<>();
    for (long seed = 1; seed <= 40; seed++) {
      try (VirtualCluster cluster =
          VirtualCluster.of(
              seed,
              builder -> {
                builder.nodes("http://n{1..." + (living + dead) + "}:9000");
                return probed ? builder : builder.healthCheck(HealthCheck.none());
              })) {
        cluster.advance(20_000 + seed * 37);
        Set<String> silent = new HashSet<>();
        for (int i = 1; i <= dead; i++) {
          silent.add("n" + i + ":9000");
          cluster.probesOf("n" + i + ":9000", noAnswer());
        }
        walks.add(walk(cluster, silent));
      }
    }
    Collections.sort(walks);
    return walks;
  }

  private static int walk(VirtualCluster cluster, Set<String> silent) {
    Route route = cluster.balancer().route(RequestHint.read());
    int waited = 0;
    while (true) {
      Attempt attempt;
      try {
        attempt = route.next(false);
      } catch (NoNodeAvailableException e) {
        throw new AssertionError(e);
      }
      if (!silent.contains(attempt.node().id())) {
        attempt.end(Outcome.success());
        return waited;
      }
      for (int t = 0; t < CONNECT_TIMEOUT && attempt.verdict() == null; t += STEP) {
        cluster.advance(STEP);
        waited += STEP;
      }
      attempt.end(Outcome.connectTimedOut("connect timed out"));
    }
  }

  /** They are out by their probes' word, met or not: all of fifty would take a hundred seconds. */
  @Test
  void probes_end_it() {
    assertThat(walks(2, 10, true)).allMatch(millis -> millis <= 13_000);
    assertThat(walks(2, 50, true)).allMatch(millis -> millis <= 13_000);
  }

  @Test
  void without_probes_nothing_ends_it_but_a_node_that_lives() {
    List<Integer> walks = walks(2, 10, false);
    assertThat(walks).allMatch(millis -> millis % CONNECT_TIMEOUT == 0);
    assertThat(walks.get(walks.size() - 1)).isBetween(13_000, 10 * CONNECT_TIMEOUT);
  }

  @Test
  void where_half_the_nodes_live_it_is_short() {
    List<Integer> walks = walks(10, 10, true);
    assertThat(walks.get(walks.size() / 2)).as("half the calls").isLessThanOrEqualTo(2000);
    assertThat(walks).allMatch(millis -> millis <= 13_000);
  }
}
