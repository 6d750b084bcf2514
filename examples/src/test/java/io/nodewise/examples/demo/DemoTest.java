package io.nodewise.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoTest {
  private final StringWriter err = new StringWriter();
  private final StringWriter out = new StringWriter();

  @ParameterizedTest
  @CsvSource({
    "--seconds, 0",
    "--seconds, soon",
    "--seconds, -60",
    "--nodes, 1",
    "--nodes, 17",
    "--rate, 0",
    "--client, boto3",
    "--report, /no/such/directory/report.json",
    "--page, 65536",
    "--speed, 3"
  })
  void aWrongOptionIsNamedAndEndsWithTwo(String option, String value) {
    assertThat(run(option, value)).isEqualTo(2);
    assertThat(err.toString()).contains(option).contains(value);
  }

  @Test
  void helpListsEveryOption() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains("--seconds", "--nodes", "--rate", "--client", "--quiet", "--report", "--page");
  }

  @ParameterizedTest
  @CsvSource({"10,2", "20,4", "60,4", "600,16"})
  void theFaultsOfAScheduleFollowOneAnother(int seconds, int nodes) {
    Schedule schedule = new Schedule(seconds, nodes);
    assertThat(
            Stream.of(
                schedule.warmUp(),
                schedule.kill(),
                schedule.hang(),
                schedule.restart(0),
                schedule.restart(nodes - 1),
                schedule.end()))
        .isSorted()
        .doesNotHaveDuplicates();
  }

  private int run(String... args) {
    return Demo.commandLine()
        .setErr(new PrintWriter(err, true))
        .setOut(new PrintWriter(out, true))
        .execute(args);
  }
}
