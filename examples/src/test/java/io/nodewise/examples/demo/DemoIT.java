package io.nodewise.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nodewise.examples.demo.nodes.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo as users run it: in a JVM of its own, on real processes that are really broken. */
class DemoIT {
  private static final int NODES = 4;

  @TempDir private Path directory;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void endProcesses() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void noCallFailsAndNoByteDiffersWhileNodesDieAndHang() throws Exception {
    Path report = directory.resolve("report.json");
    Process demo = demo("--seconds", "20", "--report", report.toString());
    assertThat(demo.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(demo.exitValue()).as(output()).isZero();

    JsonNode verdict = new ObjectMapper().readTree(report.toFile());
    assertThat(verdict.get("calls").asLong()).isPositive();
    assertThat(verdict.get("failed").asLong()).isZero();
    assertThat(verdict.get("corrupted").asLong()).isZero();
    assertThat(verdict.get("failovers").asLong()).isPositive();
    assertThat(verdict.get("perNode")).hasSize(NODES);
    List<String> kinds = new ArrayList<>();
    for (JsonNode fault : verdict.get("faults")) {
      kinds.add(fault.get("kind").asText());
      assertThat(fault.get("callsDuring").asLong()).as(fault.toString()).isPositive();
      assertThat(fault.get("failedCalls").asLong()).as(fault.toString()).isZero();
      if (!fault.get("kind").asText().equals("rolling-restart")) {
        // Some 0.3 and 2.2 s on a machine that has the time; a time-out would be 30 s and more.
        assertThat(fault.get("maxMillisBeyondTransfer").asDouble())
            .as(fault.toString())
            .isLessThan(8_000);
      }
    }
    assertThat(kinds).contains("kill", "hang").filteredOn("rolling-restart"::equals).hasSize(NODES);
    assertThat(temporaryFiles()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"load starts", "SIGSTOP"})
  void noNodeOutlivesADemoThatIsKilled(String moment) throws Exception {
    Process demo = demo("--seconds", "10");
    assertThat(Await.until(Duration.ofMinutes(2), () -> output().contains(moment)))
        .as(output())
        .isTrue();
    List<ProcessHandle> nodes = demo.descendants().toList();
    assertThat(nodes).hasSizeGreaterThanOrEqualTo(NODES);
    demo.destroyForcibly().waitFor();
    boolean gone =
        Await.until(Duration.ofSeconds(30), () -> nodes.stream().noneMatch(ProcessHandle::isAlive));
    nodes.forEach(ProcessHandle::destroyForcibly);
    assertThat(gone).isTrue();
  }

  private Process demo(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.io.tmpdir=" + Files.createDirectory(directory.resolve("tmp")));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Demo.class.getName());
    command.addAll(List.of(arguments));
    Process demo =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output").toFile())
            .start();
    started.add(demo);
    return demo;
  }

  private String output() {
    try {
      return Files.readString(directory.resolve("output"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private List<Path> temporaryFiles() throws IOException {
    try (var files = Files.list(directory.resolve("tmp"))) {
      return files.toList();
    }
  }
}
