package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That what is counted in is counted out, once. */
class AccountingTest {

  @Test
  void an_attempt_ends_once() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n1:9000")) {
      Attempt attempt = cluster.begin();
      attempt.end(Outcome.fault("first"));
      attempt.end(Outcome.fault("second"));
      attempt.end(Outcome.success());
      attempt.close();
      assertThat(cluster.node("n1:9000").inFlight()).isZero();
      assertThat(cluster.node("n1:9000").faults()).isEqualTo(1);
      assertThat(attempt.verdict()).isNull();
    }
  }

  @Test
  void what_is_said_after_the_end_is_not_heard() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n1:9000")) {
      Attempt attempt = cluster.begin();
      attempt.close();
      attempt.sending();
      attempt.sent();
      attempt.reading();
      cluster.probesOf("n1:9000", noAnswer());
      cluster.advance(120_000);
      assertThat(attempt.verdict()).isNull();
      assertThat(cluster.balancer().snapshot().inFlight()).isZero();
    }
  }

  @Test
  void an_attempt_that_finds_no_node_counts_nowhere() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...2}:9000")) {
      cluster.balancer().drain("n1:9000");
      cluster.balancer().drain("n2:9000");
      cluster.refusal();
      assertThat(cluster.balancer().snapshot().attempts()).isZero();
      assertThat(cluster.balancer().snapshot().inFlight()).isZero();
    }
  }

  /** Everything that can happen to a cluster and its attempts, in any order. */
  private static final class Chaos {
    final Random random;
    final VirtualCluster cluster = VirtualCluster.up("http://n{1...5}:9000");
    final List<Attempt> open = new ArrayList<>();
    final List<Attempt> ended = new ArrayList<>();

    Chaos(long seed) {
      random = new Random(seed);
    }

    String anyNode() {
      return "n" + (1 + random.nextInt(5)) + ":9000";
    }

    Outcome anyOutcome() {
      return switch (random.nextInt(8)) {
        case 0 -> Outcome.fault("500");
        case 1 -> Outcome.load("SlowDown");
        case 2 -> Outcome.cancelled("caller");
        case 3 -> Outcome.unreachable("refused");
        default -> Outcome.success();
      };
    }

    void step() {
      switch (random.nextInt(14)) {
        case 0, 1, 2, 3 -> begin();
        case 4, 5, 6 -> endOne();
        case 7, 8 -> somePhase();
        case 9 -> endAgain();
        case 10 -> cluster.advance(random.nextInt(3) == 0 ? 25_000 : random.nextInt(500));
        case 11 ->
            cluster.probesOf(
                anyNode(),
                random.nextBoolean() ? up() : random.nextBoolean() ? refused() : noAnswer());
        case 12 -> operate();
        default -> update();
      }
    }

    void begin() {
      try {
        Attempt attempt = cluster.balancer().route(RequestHint.read()).next(random.nextBoolean());
        if (random.nextBoolean()) {
          attempt.abortBy(random.nextBoolean() ? attempt::close : () -> {});
        }
        open.add(attempt);
      } catch (NoNodeAvailableException e) {
        assertThat(e).hasMessageContaining("eligible").message().doesNotContain("\n");
      }
    }

    void endOne() {
      if (!open.isEmpty()) {
        Attempt attempt = open.remove(random.nextInt(open.size()));
        if (random.nextInt(4) == 0) {
          attempt.close();
        } else {
          attempt.end(anyOutcome());
        }
        ended.add(attempt);
      }
    }

    void somePhase() {
      if (!open.isEmpty()) {
        Attempt attempt = open.get(random.nextInt(open.size()));
        switch (random.nextInt(6)) {
          case 0 -> attempt.sending();
          case 1 -> attempt.sent();
          case 2 -> attempt.firstByte();
          case 3 -> attempt.reading();
          case 4 -> attempt.idle();
          default -> attempt.readingLocalBody();
        }
      }
    }

    void endAgain() {
      if (!ended.isEmpty()) {
        ended.get(random.nextInt(ended.size())).end(anyOutcome());
      }
    }

    void operate() {
      LoadBalancer balancer = cluster.balancer();
      List<io.nodewise.lb.node.Node> members = balancer.nodes().nodes();
      String id = members.get(random.nextInt(members.size())).id();
      switch (random.nextInt(4)) {
        case 0 -> balancer.drain(id);
        case 1 -> balancer.disable(id);
        default -> balancer.resume(id);
      }
    }

    void update() {
      List<io.nodewise.lb.node.Node> members = new ArrayList<>();
      NodeSet.parse("http://n{1...5}:9000").forEach(members::add);
      if (random.nextBoolean()) {
        members.remove(random.nextInt(5));
      }
      cluster.balancer().update(NodeSet.of(members));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void nothing_stays_in_flight_whatever_happens(long seed) {
    Chaos chaos = new Chaos(seed);
    try (VirtualCluster cluster = chaos.cluster) {
      for (int i = 0; i < 1500; i++) {
        chaos.step();
        // Attempts that the sweeper aborted may have ended; what is left is at most what is open.
        assertThat(cluster.balancer().snapshot().inFlight())
            .as("seed %s, step %s", seed, i)
            .isBetween(0, chaos.open.size());
        assertThat(cluster.balancer().snapshot().nodes()).allMatch(node -> node.inFlight() >= 0);
      }
      chaos.open.forEach(Attempt::close);
      ClusterSnapshot end = cluster.balancer().snapshot();
      assertThat(end.inFlight()).as("seed %s: %s", seed, end.toTable()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void in_flight_is_exact_at_every_moment_for_each_node(long seed) {
    Random random = new Random(seed);
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      Map<String, Integer> expected = new HashMap<>();
      List<Attempt> open = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        if (random.nextInt(100) < 52) {
          Attempt attempt = cluster.begin();
          open.add(attempt);
          expected.merge(attempt.node().id(), 1, Integer::sum);
        } else if (!open.isEmpty()) {
          Attempt attempt = open.remove(random.nextInt(open.size()));
          expected.merge(attempt.node().id(), -1, Integer::sum);
          attempt.end(random.nextBoolean() ? Outcome.success() : Outcome.load("x"));
          attempt.close();
        }
        for (NodeSnapshot node : cluster.balancer().snapshot().nodes()) {
          assertThat(node.inFlight())
              .as("seed %s, step %s", seed, i)
              .isEqualTo(expected.getOrDefault(node.node().id(), 0));
        }
      }
    }
  }
}
