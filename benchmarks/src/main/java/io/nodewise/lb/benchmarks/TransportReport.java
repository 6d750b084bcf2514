package io.nodewise.lb.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;

/**
 * Runs {@link TransportBenchmark#pair} and writes {@code transport.md}, {@code transport.csv} and
 * {@code transport.svg}.
 */
public final class TransportReport {
  private static final Rounds.Plan PLAN =
      new Rounds.Plan("run-transport", List.of("1", "2"), List.of("1", "2"), 2, 1, 1000, 10);

  static final Arms.Subject PAIRS =
      new Arms.Subject() {
        @Override
        public boolean includes(String benchmark) {
          return benchmark.equals(TransportBenchmark.class.getName() + ".pair");
        }

        @Override
        public Collection<String> values(
            String benchmark, String parameter, List<String> all, boolean quick) {
          return parameter.equals("nodes") && quick ? List.of("4") : all;
        }
      };

  private TransportReport() {}

  /**
   * The first argument is the folder to write to; then {@code --quick}, {@code --rounds=2}; the
   * others are JMH's.
   */
  public static void main(String[] args)
      throws CommandLineOptionException, RunnerException, IOException {
    Rounds rounds = Rounds.run(PAIRS, PLAN, Rounds.afterFolder(args));
    write(Path.of(args[0]), TransportRow.of(rounds.results()), rounds.circumstances());
  }

  static void write(Path folder, List<TransportRow> rows, List<String> circumstances)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("transport.md"), markdown(rows, circumstances));
    Files.writeString(folder.resolve("transport.csv"), csv(rows));
    Files.writeString(folder.resolve("transport.svg"), picture(rows));
  }

  private static String picture(List<TransportRow> rows) {
    int threads = rows.stream().mapToInt(TransportRow::threads).min().orElse(1);
    List<BarChart.Bar> bars = new ArrayList<>();
    for (TransportRow row : rows) {
      if (row.threads() == threads) {
        bars.add(row.addedBar());
        BarChart.Bar plain = row.plainBar(); // measured beside each number of nodes; once is enough
        if (bars.stream().noneMatch(bar -> bar.group().equals(plain.group()))) {
          bars.add(plain);
        }
      }
    }
    return BarChart.of(bars, "What balancing adds to a call (median)", threads);
  }

  private static String csv(List<TransportRow> rows) {
    StringBuilder csv =
        new StringBuilder(
            "operation,nodes,threads,plain_ns,added_ns,added_p10_ns,added_p90_ns,plain_bytes,"
                + "added_bytes,samples\n");
    for (TransportRow row : rows) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%s,%d,%d,%.0f,%.0f,%.0f,%.0f,%.0f,%.0f,%d%n",
              row.operation(),
              row.nodes(),
              row.threads(),
              row.plainNanos(),
              row.addedNanos(),
              row.p10(),
              row.p90(),
              row.plainBytes(),
              row.addedBytes(),
              row.samples()));
    }
    return csv.toString();
  }

  private static String markdown(List<TransportRow> rows, List<String> circumstances) {
    StringBuilder text = new StringBuilder("# Transport: results\n\n");
    for (String line : circumstances) {
      text.append("- ").append(line).append('\n');
    }
    text.append(
        """

        What balancing adds to a call of an `S3Client` over an HTTP client that answers at once: the same
        call by the SDK alone and balanced, in pairs. Medians of the iterations' medians; between p10 and
        p90 are eight of ten iterations. How to read it: `../README.md`.

        ![bar chart](transport.svg)

        | call | nodes | threads | SDK alone, µs | Nodewise adds, µs | p10 – p90 µs | SDK alone, B | Nodewise adds, B |
        |---|--:|--:|--:|--:|--:|--:|--:|
        """);
    for (TransportRow row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %d | %d | %.2f | %.2f | %.2f – %.2f | %.0f | %.0f |%n",
              row.operation(),
              row.nodes(),
              row.threads(),
              row.plainNanos() / 1000,
              row.addedNanos() / 1000,
              row.p10() / 1000,
              row.p90() / 1000,
              row.plainBytes(),
              row.addedBytes()));
    }
    return text.toString();
  }
}
