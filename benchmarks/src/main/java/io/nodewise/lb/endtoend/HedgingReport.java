package io.nodewise.lb.endtoend;

import io.nodewise.lb.benchmarks.Machine;
import io.nodewise.lb.benchmarks.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Runs {@link HedgingRun} and writes {@code hedging.md}, {@code .csv} and {@code .svg}. */
public final class HedgingReport {
  private static final double[] QUANTILES = {0.5, 0.9, 0.99, 0.999, 1};
  private static final List<String> NAMES = List.of("p50", "p90", "p99", "p99.9", "slowest");

  private static final int WIDTH = 900;
  private static final int LEFT = 230;
  private static final int LONGEST = WIDTH - LEFT - 100;
  private static final int BAR = 13;

  private HedgingReport() {}

  /** The first argument is the folder to write to; {@code --quick} may follow. */
  public static void main(String[] args) throws IOException, InterruptedException {
    List<String> options = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
    if (args.length == 0 || !List.of("--quick").containsAll(options)) {
      throw new IllegalArgumentException(
          "arguments: "
              + Arrays.toString(args)
              + " (expected: the results folder, then perhaps --quick)");
    }
    HedgingRun run = options.isEmpty() ? HedgingRun.FULL : HedgingRun.QUICK;
    long began = System.nanoTime();
    Instant date = Instant.now().truncatedTo(ChronoUnit.MINUTES);
    double loadBefore = Machine.load();
    List<HedgingRun.Way> ways =
        run.run(
            what ->
                System.err.printf(
                    Locale.ROOT, "%5.0f s %s%n", (System.nanoTime() - began) / 1e9, what));
    List<String> circumstances = new ArrayList<>();
    circumstances.add(Machine.hardware());
    circumstances.add(Machine.jdk());
    circumstances.add(
        ("`benchmarks/run-hedging " + String.join(" ", options)).trim() + "`" + priority());
    circumstances.add(date.toString());
    circumstances.add(
        String.format(
            Locale.ROOT,
            "took %d s; load average before: %.1f, after: %.1f%s",
            Duration.ofNanos(System.nanoTime() - began).toSeconds(),
            loadBefore,
            Machine.load(),
            loadBefore < 0.5
                ? ""
                : ". **Other programs were running**: compare rows, don't take the figures as such"));
    write(Path.of(args[0]), run, ways, circumstances);
    System.exit(0); // threads of HTTP clients may linger
  }

  /** Who runs this before others with {@code nice} is to say so. */
  private static String priority() {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"));
      String nice = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16];
      return nice.equals("0") ? "" : ", at another priority than usual (nice " + nice + ")";
    } catch (IOException e) {
      return ""; // not Linux
    }
  }

  static void write(
      Path folder, HedgingRun run, List<HedgingRun.Way> ways, List<String> circumstances)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("hedging.md"), markdown(run, ways, circumstances));
    Files.writeString(folder.resolve("hedging.csv"), csv(ways));
    Files.writeString(folder.resolve("hedging.svg"), picture(ways));
  }

  private static String markdown(
      HedgingRun run, List<HedgingRun.Way> ways, List<String> circumstances) {
    StringBuilder text = new StringBuilder("# Hedging: results\n\n");
    circumstances.forEach(line -> text.append("- ").append(line).append('\n'));
    text.append(
        String.format(
            Locale.ROOT,
            """

            %d nodes that take %d ms for a read; one of them takes %d ms more for one read in %d, at
            random. 4 KiB GETs, %d a second whether those before are over or not, by turns of %d s,
            %d for each way. Milliseconds from when a call was due. How to read it: `../README.md`.

            ![bars](hedging.svg)

            | way | calls | failed | p50 | p90 | p99 | p99.9 | slowest | median of the turns' p99.9 | as long as a stall | attempts added | hedges | won | denied | delay at the end |
            |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
            """,
            run.nodes(),
            HedgingRun.SERVICE_MILLIS,
            HedgingRun.STALL_MILLIS,
            1000 / HedgingRun.STALLS,
            run.callsPerSecond(),
            run.turn().toSeconds(),
            run.rounds()));
    for (HedgingRun.Way way : ways) {
      text.append(
          String.format(Locale.ROOT, "| %s | %d | %d |", way.shown(), way.calls(), way.failures()));
      for (double quantile : QUANTILES) {
        text.append(String.format(Locale.ROOT, " %.1f |", way.quantile(quantile)));
      }
      text.append(
          String.format(
              Locale.ROOT,
              " %.1f | %d | %.2f %% | %d | %d | %d | %s |%n",
              way.medianOfTurns(),
              way.stalled(),
              way.added() * 100,
              way.hedges(),
              way.won(),
              way.denied(),
              way.isHedged ? String.format(Locale.ROOT, "%.1f", way.delayMillis()) : "–"));
    }
    text.append('\n');
    for (int i = 0; i + 1 < ways.size(); i += 2) {
      HedgingRun.Way off = ways.get(i);
      HedgingRun.Way on = ways.get(i + 1);
      text.append(
          String.format(
              Locale.ROOT,
              "- %s: p99.9 is %.1f times lower hedged, the median of the turns' %.1f times, for %.2f %%"
                  + " more attempts (wanted: 5 times, at most 2 %%).%n",
              off.policy,
              off.quantile(0.999) / on.quantile(0.999),
              off.medianOfTurns() / on.medianOfTurns(),
              on.added() * 100));
    }
    return text.toString();
  }

  private static String csv(List<HedgingRun.Way> ways) {
    StringBuilder csv =
        new StringBuilder(
            "policy,hedged,calls,failed,p50_ms,p90_ms,p99_ms,p999_ms,slowest_ms,turns_p999_ms,stalled,added,hedges,"
                + "won,denied\n");
    for (HedgingRun.Way way : ways) {
      csv.append(way.policy).append(',').append(way.isHedged).append(',').append(way.calls());
      csv.append(',').append(way.failures());
      for (double quantile : QUANTILES) {
        csv.append(String.format(Locale.ROOT, ",%.3f", way.quantile(quantile)));
      }
      csv.append(
          String.format(
              Locale.ROOT,
              ",%.3f,%d,%.5f,%d,%d,%d%n",
              way.medianOfTurns(),
              way.stalled(),
              way.added(),
              way.hedges(),
              way.won(),
              way.denied()));
    }
    return csv.toString();
  }

  /** A block of bars for each way, to scale. */
  private static String picture(List<HedgingRun.Way> ways) {
    Picture picture = new Picture(WIDTH, 11);
    double most = ways.stream().mapToDouble(way -> way.quantile(1)).max().orElse(1);
    picture.text(
        10, 24, "start", "font-size=\"15\" font-weight=\"bold\"", "Milliseconds of a read");
    int y = 44;
    for (HedgingRun.Way way : ways) {
      picture.text(10, y + BAR - 2, "start", "font-weight=\"bold\"", way.shown());
      for (int i = 0; i < QUANTILES.length; i++) {
        double value = way.quantile(QUANTILES[i]);
        double length = Math.max(1, value / most * LONGEST);
        picture.text(LEFT - 6, y + BAR - 2, "end", "", NAMES.get(i));
        picture.rect(LEFT, y, length, BAR, way.isHedged ? "#08519c" : "#a6a6a6");
        picture.text(
            LEFT + length + 5, y + BAR - 2, "start", "", String.format(Locale.ROOT, "%.1f", value));
        y += BAR + 3;
      }
      y += 10;
    }
    return picture.done(y + 10);
  }
}
