package io.nodewise.lb.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** The rows as text. */
final class PickTable {
  private PickTable() {}

  static String csv(List<PickRow> rows) {
    StringBuilder csv =
        new StringBuilder(
            "library,policy,nodes,threads,median_ns,p10_ns,p90_ns,bytes_per_op,samples\n");
    for (PickRow row : rows) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%s,%s,%s,%d,%.2f,%.2f,%.2f,%.2f,%d%n",
              row.project(),
              row.policy(),
              row.nodes() == 0 ? "" : row.nodes(),
              row.threads(),
              row.median(),
              row.p10(),
              row.p90(),
              row.bytes(),
              row.samples()));
    }
    return csv.toString();
  }

  static String json(List<PickRow> rows, List<String> circumstances) {
    StringJoiner lines = new StringJoiner(",\n    ", "    ", "\n");
    for (PickRow row : rows) {
      lines.add(
          String.format(
              Locale.ROOT,
              "{\"library\": %s, \"policy\": %s, \"nodes\": %d, \"threads\": %d,"
                  + " \"medianNanos\": %.2f, \"p10Nanos\": %.2f, \"p90Nanos\": %.2f,"
                  + " \"bytes\": %s, \"samples\": %d}",
              quoted(row.project()),
              quoted(row.policy()),
              row.nodes(),
              row.threads(),
              row.median(),
              row.p10(),
              row.p90(),
              Double.isNaN(row.bytes()) ? "null" : String.format(Locale.ROOT, "%.2f", row.bytes()),
              row.samples()));
    }
    return "{\n  \"circumstances\": ["
        + String.join(", ", circumstances.stream().map(PickTable::quoted).toList())
        + "],\n  \"rows\": [\n"
        + lines
        + "  ]\n}\n";
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  static String markdown(List<PickRow> rows, List<String> circumstances) {
    StringBuilder text = new StringBuilder("# Pick: results\n\n");
    for (String line : circumstances) {
      text.append("- ").append(line).append('\n');
    }
    text.append(
        """

        Nanoseconds for one pick and its completion, median of the iterations of all forks, between
        their 10th and 90th percentiles; B/op is what one of them allocates. What is counted of whom, and
        how to read it: `../README.md`.

        ![bar chart](pick.svg)

        | library | policy | nodes | threads | median ns | p10 – p90 ns | B/op |
        |---|---|--:|--:|--:|--:|--:|
        """);
    for (PickRow row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %d | %.1f | %.1f – %.1f | %s |%n",
              row.project(),
              row.policy(),
              row.nodes() == 0 ? "" : row.nodes(),
              row.threads(),
              row.median(),
              row.p10(),
              row.p90(),
              Double.isNaN(row.bytes()) ? "" : Math.round(row.bytes())));
    }
    return text.toString();
  }
}
