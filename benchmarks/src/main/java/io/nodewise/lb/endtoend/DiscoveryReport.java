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
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Runs {@link DiscoveryRun} and writes {@code discovery.md}, {@code .csv} and {@code .svg}. */
public final class DiscoveryReport {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 360;
  private static final int LEFT = 50;
  private static final int TOP = 50;
  private static final int BOTTOM = 40;
  private static final String OLD = "#4c78a8";
  private static final String ADDED = "#f58518";
  private static final String REPLACING = "#54a24b";

  private DiscoveryReport() {}

  /** The first argument is the folder to write to; {@code --quick} may follow. */
  public static void main(String[] args) throws IOException, InterruptedException {
    List<String> options = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
    if (args.length == 0 || !List.of("--quick").containsAll(options)) {
      throw new IllegalArgumentException(
          "arguments: "
              + Arrays.toString(args)
              + " (expected: the results folder, then perhaps --quick)");
    }
    DiscoveryRun run = options.isEmpty() ? DiscoveryRun.FULL : DiscoveryRun.QUICK;
    long began = System.nanoTime();
    Instant date = Instant.now().truncatedTo(ChronoUnit.MINUTES);
    double loadBefore = Machine.load();
    DiscoveryRun.Course course =
        run.run(
            what ->
                System.err.printf(
                    Locale.ROOT, "%5.0f s %s%n", (System.nanoTime() - began) / 1e9, what));
    List<String> circumstances = new ArrayList<>();
    circumstances.add(Machine.hardware());
    circumstances.add(Machine.jdk());
    circumstances.add(("`benchmarks/run-discovery " + String.join(" ", options)).trim() + "`");
    circumstances.add(date.toString());
    circumstances.add(
        String.format(
            Locale.ROOT,
            "took %d s; load average before: %.1f, after: %.1f%s",
            Duration.ofNanos(System.nanoTime() - began).toSeconds(),
            loadBefore,
            Machine.load(),
            loadBefore < 0.5 ? "" : ". **Other programs were running**"));
    write(Path.of(args[0]), run, course, circumstances);
    System.exit(0); // threads of servers may linger
  }

  static void write(
      Path folder, DiscoveryRun run, DiscoveryRun.Course course, List<String> circumstances)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("discovery.md"), markdown(run, course, circumstances));
    Files.writeString(folder.resolve("discovery.csv"), csv(course));
    Files.writeString(folder.resolve("discovery.svg"), picture(course));
  }

  private static String markdown(
      DiscoveryRun run, DiscoveryRun.Course course, List<String> circumstances) {
    StringBuilder text = new StringBuilder("# Discovery: results\n\n");
    circumstances.forEach(line -> text.append("- ").append(line).append('\n'));
    text.append(
        String.format(
            Locale.ROOT,
            """

            A name server says 3 addresses, then 30, then the first 3, then each of them is replaced
            by another and stopped. %d calls a second all the while, three reads and a write of 4
            KiB in turn; everything of the load balancer is at its default but the name server.
            Requests of a node are those that came to its storage.

            ![requests of each node](discovery.svg)

            | seconds | since | calls | failed | p50 ms | p99 ms | requests a second of an old node | of an added one: least | mean | most | of one that replaces |
            |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
            """,
            run.callsPerSecond()));
    for (Span span : spans(course)) {
      text.append(row(course, span));
    }
    List<CallRecord> measured =
        course.records().stream().filter(call -> call.due() >= course.began()).toList();
    long failed = measured.stream().filter(call -> !call.succeeded()).count();
    text.append(String.format(Locale.ROOT, "%n%d of %d calls failed.%n", failed, measured.size()));
    return text.toString();
  }

  /** A part of the course between two looks at it. */
  private record Span(double from, double to, String since) {}

  private static double end(DiscoveryRun.Course course) {
    return (double) course.requests().get(0).length / DiscoveryRun.BINS_PER_SECOND;
  }

  /** From event to event; the time with thirty in parts, as they start slowly. */
  private static List<Span> spans(DiscoveryRun.Course course) {
    List<Span> spans = new ArrayList<>();
    double from = 0;
    String since = "the start";
    List<DiscoveryRun.Event> events = new ArrayList<>(course.events());
    events.add(new DiscoveryRun.Event(end(course), "the end"));
    for (DiscoveryRun.Event event : events) {
      double at = from;
      if (since.startsWith("3 ")) {
        for (double part : new double[] {5, 10, 20, 30, 40}) {
          if (from + part < event.at()) {
            spans.add(new Span(at, from + part, since));
            at = from + part;
          }
        }
      }
      spans.add(new Span(at, event.at(), since));
      from = event.at();
      since = event.what();
    }
    return spans;
  }

  private static String row(DiscoveryRun.Course course, Span span) {
    long[] sums = DiscoveryRun.sums(course.requests(), span.from(), span.to());
    double seconds =
        Math.max(
            1.0 / DiscoveryRun.BINS_PER_SECOND,
            (Math.floor(span.to() * DiscoveryRun.BINS_PER_SECOND)
                    - Math.ceil(span.from() * DiscoveryRun.BINS_PER_SECOND))
                / DiscoveryRun.BINS_PER_SECOND);
    double[] rates = LongStream.of(sums).mapToDouble(sum -> sum / seconds).toArray();
    double[] added = Arrays.copyOfRange(rates, DiscoveryRun.FEW, DiscoveryRun.MANY);
    double[] replacing = Arrays.copyOfRange(rates, DiscoveryRun.MANY, rates.length);
    long[] nanos =
        course.records().stream()
            .filter(call -> isIn(course, span, call))
            .mapToLong(CallRecord::nanos)
            .sorted()
            .toArray();
    long failed =
        course.records().stream()
            .filter(call -> isIn(course, span, call) && !call.succeeded())
            .count();
    return String.format(
        Locale.ROOT,
        "| %.1f – %.1f | %s | %d | %d | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f |%n",
        span.from(),
        span.to(),
        span.since(),
        nanos.length,
        failed,
        quantile(nanos, 0.5),
        quantile(nanos, 0.99),
        mean(Arrays.copyOf(rates, DiscoveryRun.FEW)),
        Arrays.stream(added).min().orElse(0),
        mean(added),
        Arrays.stream(added).max().orElse(0),
        mean(replacing));
  }

  private static boolean isIn(DiscoveryRun.Course course, Span span, CallRecord call) {
    double at = (call.due() - course.began()) / 1e9;
    return at >= span.from() && at < span.to();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(0);
  }

  private static double quantile(long[] sorted, double part) {
    return sorted.length == 0
        ? 0
        : sorted[Math.max(0, (int) Math.ceil(part * sorted.length) - 1)] / 1e6;
  }

  private static String csv(DiscoveryRun.Course course) {
    StringBuilder csv = new StringBuilder("second,node,kind,requests\n");
    for (int node = 0; node < course.requests().size(); node++) {
      long[] bins = course.requests().get(node);
      for (int bin = 0; bin < bins.length; bin++) {
        csv.append(
            String.format(
                Locale.ROOT,
                "%.1f,%d,%s,%d%n",
                (double) bin / DiscoveryRun.BINS_PER_SECOND,
                node + 1,
                kind(node),
                bins[bin]));
      }
    }
    return csv.toString();
  }

  private static String kind(int node) {
    return node < DiscoveryRun.FEW ? "old" : node < DiscoveryRun.MANY ? "added" : "replacing";
  }

  /** Requests a second of each node over time, as means of two seconds; a line for each event. */
  private static String picture(DiscoveryRun.Course course) {
    Picture picture = new Picture(WIDTH, 12);
    double across = (WIDTH - LEFT - 20) / end(course);
    List<double[]> smooth = course.requests().stream().map(DiscoveryReport::smoothed).toList();
    double most = smooth.stream().flatMapToDouble(Arrays::stream).max().orElse(1);
    double up = (HEIGHT - TOP - BOTTOM) / Math.max(1, most);
    picture.text(
        10, 20, "start", "font-size=\"15\" font-weight=\"bold\"", "Requests a second of each node");
    picture.text(WIDTH - 20, 20, "end", "", "blue: old; orange: added; green: those that replace");
    for (DiscoveryRun.Event event : course.events()) {
      double x = LEFT + event.at() * across;
      picture.line(x, TOP - 6, x, HEIGHT - BOTTOM);
      picture.text(x + 3, TOP - 8, "start", "fill=\"#555555\"", event.what());
    }
    for (int node = 0; node < smooth.size(); node++) {
      double[] rates = smooth.get(node);
      StringBuilder points = new StringBuilder();
      for (int bin = 0; bin < rates.length; bin++) {
        points.append(
            String.format(
                Locale.ROOT,
                "%.1f,%.1f ",
                LEFT + (bin + 0.5) / DiscoveryRun.BINS_PER_SECOND * across,
                HEIGHT - BOTTOM - rates[bin] * up));
      }
      String colour = node < DiscoveryRun.FEW ? OLD : node < DiscoveryRun.MANY ? ADDED : REPLACING;
      picture.polyline(colour, points.toString().trim());
    }
    picture.line(LEFT, TOP, LEFT, HEIGHT - BOTTOM);
    picture.line(LEFT, HEIGHT - BOTTOM, WIDTH - 20, HEIGHT - BOTTOM);
    for (int part = 0; part <= 4; part++) {
      String label = String.format(Locale.ROOT, "%.0f", most * part / 4);
      picture.text(LEFT - 5, HEIGHT - BOTTOM - most * part / 4 * up + 4, "end", "", label);
    }
    for (int second = 0; second <= end(course); second += 10) {
      picture.text(LEFT + second * across, HEIGHT - BOTTOM + 16, "middle", "", second + " s");
    }
    return picture.done(HEIGHT);
  }

  private static double[] smoothed(long[] bins) {
    int reach = DiscoveryRun.BINS_PER_SECOND;
    return IntStream.range(0, bins.length)
        .mapToDouble(
            bin -> {
              int from = Math.max(0, bin - reach);
              int to = Math.min(bins.length, bin + reach);
              return (double) Arrays.stream(bins, from, to).sum()
                  / (to - from)
                  * DiscoveryRun.BINS_PER_SECOND;
            })
        .toArray();
  }
}
