package io.nodewise.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.examples.LocalNodes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodewiseTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private LocalNodes nodes;
  private String dead;

  @BeforeEach
  void start() throws IOException {
    nodes = new LocalNodes(2);
    dead = LocalNodes.dead();
  }

  @AfterEach
  void stop() {
    nodes.close();
  }

  private int run(String... args) {
    return Nodewise.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  private Stream<String> lines(String url) {
    return out.toString().lines().filter(line -> line.contains(URI.create(url).getAuthority()));
  }

  @Test
  void checkOfHealthyNodesEndsWithZero() {
    assertThat(run("check", nodes.url(0), nodes.url(1))).isZero();
    assertThat(out.toString()).contains("2 of 2 nodes are healthy");
    assertThat(lines(nodes.url(0))).singleElement().asString().contains("UP").contains(" ms");
  }

  @Test
  void checkNamesTheNodeThatIsDownAndEndsWithOne() {
    assertThat(run("check", nodes.url(0), dead)).isEqualTo(1);
    assertThat(out.toString()).contains("1 of 2 nodes are healthy");
    assertThat(lines(dead)).singleElement().asString().contains("DOWN").contains("refused");
  }

  @Test
  void checkIsContentWithAsManyAsItIsToldTo() {
    assertThat(run("check", "--min", "1", nodes.url(0), dead)).isZero();
  }

  @Test
  void pingMeasuresEachNode() {
    assertThat(run("ping", "--count", "3", "--interval", "0", nodes.url(0), nodes.url(1))).isZero();
    assertThat(lines(nodes.url(1))).hasSize(4).last().asString().contains("3 of 3", "median");
  }

  @Test
  void pingOfADeadNodeEndsWithOne() {
    assertThat(run("ping", "--count", "2", "--interval", "0", nodes.url(0), dead)).isEqualTo(1);
    assertThat(lines(dead)).last().asString().endsWith("0 of 2 answered well");
    assertThat(lines(nodes.url(0))).last().asString().contains("2 of 2");
  }

  @Test
  void watchShowsTheTableEverySecond() {
    assertThat(run("watch", "--for", "2", "--page", "0", nodes.url(0), nodes.url(1))).isZero();
    assertThat(out.toString()).contains("Shown at http://127.0.0.1:");
    assertThat(out.toString().lines().filter(line -> line.startsWith("NODE"))).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "check, --min, 3",
    "check, --min, 0",
    "check, --wait, -1",
    "ping, --count, 0",
    "ping, --interval, -1",
    "watch, --for, 0",
    "watch, --page, 65536",
  })
  void aWrongOptionIsNamedAndEndsWithTwo(String command, String option, String value) {
    assertThat(run(command, option, value, nodes.url(0), nodes.url(1))).isEqualTo(2);
    assertThat(err.toString()).contains(option).contains(value);
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnceAndEndsWithTwo() {
    assertThat(run("check", "-C", "polcy=random", "-C", "slow-start=soon", nodes.url(0)))
        .isEqualTo(2);
    assertThat(err.toString()).contains("nodewise.policy?").contains("slow-start").contains("soon");
  }

  @Test
  void wrongNodesEndWithTwo() {
    assertThat(run("check", "http://minio{1..4}:9000")).isEqualTo(2);
    assertThat(err.toString()).contains("minio{1..4}");
    assertThat(run("check")).isEqualTo(2);
  }

  @Test
  void settingsComeFromAFileAndTheCommandLineOverridesThem(@TempDir Path directory)
      throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("nodewise.properties"),
            "nodewise.nodes = " + dead + "\nnodewise.health-check = http(/healthy)\n");
    assertThat(run("check", "--config", file.toString())).isEqualTo(1);
    assertThat(run("check", "--config", file.toString(), nodes.url(0))).isZero();
    assertThat(run("check", "--config", directory.resolve("none").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("no such file");
  }

  /** No such name exists (RFC 2606), whether or not there is a name server to say so. */
  @ParameterizedTest
  @ValueSource(strings = {"check", "ping"})
  void whereNoNodeIsFoundThatIsWhatItSays(String command) {
    assertThat(run(command, "-C", "dns.timeout=500ms", "dns:http://nodewise.invalid:9000"))
        .isEqualTo(1);
    assertThat(out.toString()).contains("nodewise.invalid").contains("no nodes yet; failed");
  }

  @Test
  void nodesComeFromAFileThatLists(@TempDir Path directory) throws IOException {
    Path list =
        Files.writeString(directory.resolve("nodes"), nodes.url(0) + "\n" + nodes.url(1) + "\n");
    assertThat(run("check", "file:" + list)).isZero();
    assertThat(out.toString()).contains("2 of 2 nodes are healthy");
  }
}
