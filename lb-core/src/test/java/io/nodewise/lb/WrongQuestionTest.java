package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.probe.ProbeResult;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Every probe fails alike while requests work: it is the question that is wrong, not the nodes. */
class WrongQuestionTest {
  private static final List<String> ALL = List.of("n1:9000", "n2:9000", "n3:9000", "n4:9000");

  private final Logger root = (Logger) LoggerFactory.getLogger("io.nodewise.lb");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    root.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    root.detachAppender(lines);
  }

  private List<String> warnings() {
    return lines.list.stream()
        .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private static VirtualCluster cluster() {
    return VirtualCluster.of(
        builder ->
            builder
                .nodes("http://n{1...4}:9000")
                .healthCheck(HealthCheck.builder().path("/health").header("Host", "x").build()));
  }

  private static void probes(VirtualCluster cluster, ProbeResult result) {
    ALL.forEach(id -> cluster.probesOf(id, result));
  }

  @Test
  void the_set_stays_usable_and_one_warning_asks_whether_the_question_is_right() {
    try (VirtualCluster cluster = cluster()) {
      probes(cluster, status(404));
      VirtualTraffic traffic = new VirtualTraffic(cluster, 1);
      traffic.rate(50);
      cluster.advance(600_000);
      assertThat(traffic.requests()).hasSizeGreaterThan(25_000);
      assertThat(traffic.withoutNode()).isZero();
      for (String id : ALL) {
        assertThat(traffic.starts(id)).as("%s has its share", id).hasSizeGreaterThan(6_000);
      }
      assertThat(warnings())
          .singleElement()
          .asString()
          .contains("all 4 nodes fail alike (probe: 404)")
          .contains("/health")
          .contains("Host");
    }
  }

  @Test
  void a_second_time_is_told_anew() {
    try (VirtualCluster cluster = cluster()) {
      probes(cluster, status(404));
      cluster.advance(30_000);
      probes(cluster, up());
      cluster.advance(30_000);
      assertThat(cluster.balancer().snapshot().eligible()).isEqualTo(4);
      probes(cluster, status(400));
      cluster.advance(30_000);
      assertThat(warnings()).hasSize(2).last().asString().contains("probe: 400");
    }
  }

  @Test
  void nodes_that_are_dead_or_fail_in_different_ways_are_no_wrong_question() {
    try (VirtualCluster cluster = cluster()) {
      probes(cluster, refused());
      cluster.advance(30_000);
      probes(cluster, up());
      cluster.advance(30_000);
      for (int i = 0; i < 4; i++) {
        cluster.probesOf(ALL.get(i), status(500 + i));
      }
      cluster.advance(30_000);
      assertThat(cluster.balancer().snapshot().eligible()).isZero();
      assertThat(warnings()).isEmpty();
    }
  }

  @Test
  void silence_everywhere_is_no_wrong_question() {
    try (VirtualCluster cluster = cluster()) {
      cluster.advance(2_000);
      probes(cluster, noAnswer());
      cluster.advance(60_000);
      assertThat(cluster.balancer().snapshot().eligible()).isZero();
      assertThat(warnings()).isEmpty();
    }
  }

  @Test
  void one_node_that_dies_meanwhile_is_left() {
    try (VirtualCluster cluster = cluster()) {
      probes(cluster, status(404));
      cluster.advance(30_000);
      cluster.probesOf("n2:9000", refused());
      cluster.advance(7_000);
      assertThat(cluster.reach()).containsExactlyInAnyOrder("n1:9000", "n3:9000", "n4:9000");
      cluster.probesOf("n2:9000", status(404));
      cluster.advance(7_000);
      assertThat(cluster.reach()).containsExactlyInAnyOrderElementsOf(ALL);
      assertThat(warnings()).as("the same again is no news").hasSize(1);
    }
  }

  @Test
  void the_right_question_put_right_brings_them_back() {
    try (VirtualCluster cluster = cluster()) {
      probes(cluster, status(404));
      cluster.advance(3_600_000);
      probes(cluster, up());
      assertThat(
              cluster
                  .tasks()
                  .advanceUntil(
                      () -> cluster.balancer().snapshot().eligible() == 4, Duration.ofSeconds(4)))
          .as("probes stay fast as long as nobody is eligible")
          .isTrue();
    }
  }
}
