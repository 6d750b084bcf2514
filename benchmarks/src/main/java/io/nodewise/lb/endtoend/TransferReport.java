package io.nodewise.lb.endtoend;

import io.nodewise.lb.benchmarks.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Runs a large transfer over nodes of which one dies on each way, and writes {@code transfer.md}
 * and {@code .csv}.
 */
public final class TransferReport {
  private static final long MIB = 1 << 20;

  private TransferReport() {}

  /** The first argument is the folder to write to; {@code --quick} may follow. */
  public static void main(String[] args) throws IOException, InterruptedException {
    List<String> options = Arrays.asList(args).subList(1, args.length);
    long size = (options.contains("--quick") ? 64 : 1024) * MIB;
    List<String> circumstances = new ArrayList<>();
    circumstances.add(Machine.hardware());
    circumstances.add(Machine.jdk());
    circumstances.add(("`benchmarks/run-transfer " + String.join(" ", options)).trim() + "`");
    circumstances.add(Instant.now().truncatedTo(ChronoUnit.MINUTES).toString());
    circumstances.add(Machine.quiet(Machine.load()));
    try (Transfers transfers = Transfers.of(size, 8 * MIB)) {
      write(Path.of(args[0]), circumstances, transfers.run());
    }
    System.exit(0); // threads of HTTP clients may linger
  }

  static void write(Path folder, List<String> circumstances, List<TransferRun> runs)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("transfer.md"), markdown(circumstances, runs));
    Files.writeString(folder.resolve("transfer.csv"), csv(runs));
  }

  static String markdown(List<String> circumstances, List<TransferRun> runs) {
    StringBuilder text =
        new StringBuilder("# The transfer manager while a node is killed: results\n\n");
    circumstances.forEach(one -> text.append("- ").append(one).append('\n'));
    text.append(
        """

        A file up to four nodes by `S3TransferManager`, in parts of 8 MiB, and down again into another one, in ranges of 8 MiB, eight at
        once. On each way the node with most in flight gets a SIGKILL after 40 % of the bytes; it is back before the next way. The two
        files are compared, every byte. Requests are attempts: what had to be sent again counts at each node that it was sent to.
        Why an attempt failed is what the load balancer says of it.
        """);
    for (TransferRun run : runs) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n## %s: %d MiB in %.1f s, %d moved to another node, %d resumed, 0 wrong bytes%n%n",
              run.way().equals("up") ? "Up" : "Down",
              run.bytes() / MIB,
              run.seconds(),
              run.failovers(),
              run.resumes()));
      text.append("| node | requests | share | failed | why |\n|---|--:|--:|--:|---|\n");
      long all = run.shares().stream().mapToLong(TransferRun.Share::attempts).sum();
      int number = 1;
      for (TransferRun.Share share : run.shares()) {
        text.append(
            String.format(
                Locale.ROOT,
                "| %d%s | %d | %.0f %% | %d | %s |%n",
                number++,
                share.killed() ? ", killed" : "",
                share.attempts(),
                100.0 * share.attempts() / Math.max(1, all),
                share.faults(),
                why(share)));
      }
    }
    return text.toString();
  }

  private static String why(TransferRun.Share share) {
    return share.reasons().entrySet().stream()
        .map(reason -> reason.getValue() + " × " + reason.getKey().replace('|', '/'))
        .collect(Collectors.joining("; "));
  }

  static String csv(List<TransferRun> runs) {
    StringBuilder csv = new StringBuilder("way,seconds,node,killed,requests,failed\n");
    for (TransferRun run : runs) {
      int number = 1;
      for (TransferRun.Share share : run.shares()) {
        csv.append(
            String.format(
                Locale.ROOT,
                "%s,%.3f,%d,%b,%d,%d%n",
                run.way(),
                run.seconds(),
                number++,
                share.killed(),
                share.attempts(),
                share.faults()));
      }
    }
    return csv.toString();
  }
}
