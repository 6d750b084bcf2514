package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.observe.RequestDescription;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attempts and transitions in flight recordings. */
@Timeout(60)
class FlightRecordingTest {
  @TempDir private Path folder;

  private static void someRequests(VirtualCluster cluster) throws Exception {
    Route route = cluster.balancer().route(RequestHint.read());
    if (route.isObserved()) {
      route.about(new RequestDescription("GET", "GetObject", "s3.local", "/b/k"));
    }
    route.next(false).end(Outcome.unreachable("connection refused"));
    Attempt second = route.next(false);
    cluster.advance(20);
    second.status(200);
    second.firstByte();
    second.bodySent(3);
    second.idle(100);
    second.end(Outcome.success());
    cluster.advance(1000); // transitions are told by the background thread
  }

  @Test
  void attempts_and_transitions_are_recorded_and_read_back() throws Exception {
    List<RecordedEvent> events;
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...3}:9000");
        Recording recording = new Recording()) {
      assertThat(cluster.balancer().route(RequestHint.read()).isObserved()).isFalse();
      recording.enable("io.nodewise.Attempt");
      recording.enable("io.nodewise.Transition");
      recording.start();
      someRequests(cluster);
      recording.stop();
      assertThat(cluster.balancer().route(RequestHint.read()).isObserved()).isFalse();
      someRequests(cluster);
      events = read(recording);
    }
    List<RecordedEvent> attempts = of(events, "io.nodewise.Attempt");
    assertThat(attempts).as("while it was recorded").hasSize(2);
    RecordedEvent first = attempts.get(0);
    assertThat(first.getString("cluster")).isEqualTo("n1:9000");
    assertThat(first.getInt("number")).isEqualTo(1);
    assertThat(first.getString("outcome")).isEqualTo("UNREACHABLE");
    assertThat(first.getString("reason")).isEqualTo("connection refused");
    assertThat(first.getInt("status")).isZero();
    RecordedEvent second = attempts.get(1);
    assertThat(second.getInt("number")).isEqualTo(2);
    assertThat(second.getString("kind")).isEqualTo("REQUEST");
    assertThat(second.getString("host")).isEqualTo("s3.local");
    assertThat(second.getString("method")).isEqualTo("GET");
    assertThat(second.getString("operation")).isEqualTo("GetObject");
    assertThat(second.getInt("status")).isEqualTo(200);
    assertThat(second.getDuration("firstByte")).isEqualTo(Duration.ofMillis(20));
    assertThat(second.getLong("sent")).isEqualTo(3);
    assertThat(second.getLong("received")).isEqualTo(100);
    assertThat(second.getString("outcome")).isEqualTo("SUCCESS");
    assertThat(second.getDuration()).as("by the recorder's clock").isPositive();
    assertThat(second.getEventType().getLabel()).isEqualTo("Attempt");
    assertThat(second.getEventType().getCategoryNames()).containsExactly("Nodewise", "Requests");

    RecordedEvent down = of(events, "io.nodewise.Transition").get(0);
    assertThat(down.getString("node")).isEqualTo(first.getString("node"));
    assertThat(down.getString("from")).isEqualTo("UP");
    assertThat(down.getString("to")).isEqualTo("DOWN");
    assertThat(down.getString("reason")).isEqualTo("connection refused");
    assertThat(down.getDuration("after")).isPositive();
  }

  private static List<RecordedEvent> of(List<RecordedEvent> events, String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
  }

  private List<RecordedEvent> read(Recording recording) throws IOException {
    Path file = folder.resolve("recording.jfr");
    recording.dump(file);
    return RecordingFile.readAllEvents(file);
  }

  /** A Java runtime without the recorder. */
  public static final class Without {
    private Without() {}

    /** One request, and whether there is a recorder. */
    public static void main(String[] args) throws Exception {
      try (LoadBalancer balancer =
          LoadBalancer.builder()
              .nodes("http://n{1...3}:9000")
              .healthCheck(HealthCheck.none())
              .attemptListener(report -> System.out.println("told " + report.number()))
              .build()) {
        balancer.route(RequestHint.read()).next(false).end(Outcome.unreachable("refused"));
        balancer.drain("n1:9000");
      }
      System.out.println(ModuleLayer.boot().findModule("jdk.jfr").isPresent());
    }
  }

  @Test
  void without_jdk_jfr_nothing_is_recorded_and_nothing_fails() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(
                java.toString(),
                "--limit-modules",
                "java.se,jdk.unsupported",
                "-cp",
                System.getProperty("java.class.path"),
                Without.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(output).content().contains("told 1").contains("false").doesNotContain("Exception");
    assertThat(process.exitValue()).isZero();
  }
}
