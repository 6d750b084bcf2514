package io.nodewise.lb.endtoend;

import io.nodewise.lb.benchmarks.Machine;
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
import java.util.concurrent.ExecutionException;

/**
 * Runs the end-to-end benchmark and writes {@code end-to-end.md}, {@code .csv} and {@code .svg}.
 */
public final class EndToEndReport {
  private EndToEndReport() {}

  /**
   * The first argument is the folder to write to, the second that of the proxies' configurations;
   * {@code --quick} may follow, and {@code --only=} with a part.
   */
  public static void main(String[] args)
      throws IOException, InterruptedException, ExecutionException {
    if (args.length < 2) {
      throw new IllegalArgumentException(
          "arguments: "
              + Arrays.toString(args)
              + " (expected: the results folder, the proxies' folder, then options)");
    }
    List<String> options = Arrays.asList(args).subList(2, args.length);
    Plan plan = plan(options);
    long began = System.nanoTime();
    Instant date = Instant.now().truncatedTo(ChronoUnit.MINUTES);
    double loadBefore = Machine.load();
    List<ProxyProduct> installed =
        Arrays.stream(ProxyProduct.values())
            .filter(product -> product.executable().isPresent())
            .toList();
    Measured measured =
        new EndToEnd(
                plan,
                installed,
                Path.of(args[1]),
                what -> System.err.println(seconds(began) + " " + what))
            .run(circumstances(date, options, loadBefore));
    List<String> all = new ArrayList<>(measured.circumstances());
    all.add(
        String.format(
            Locale.ROOT,
            "took %d s; load average after: %.1f",
            Duration.ofNanos(System.nanoTime() - began).toSeconds(),
            Machine.load()));
    write(
        Path.of(args[0]),
        new Measured(
            all, measured.speed(), measured.ratios(), measured.scaling(), measured.drills()));
    System.err.println(seconds(began) + " written");
    System.exit(0); // threads of HTTP clients may linger
  }

  private static Plan plan(List<String> options) {
    Plan plan = options.contains("--quick") ? Plan.quick() : Plan.full();
    for (String option : options) {
      if (option.startsWith("--only=")) {
        plan = plan.only(option.substring("--only=".length()));
      } else if (!option.equals("--quick")) {
        throw new IllegalArgumentException(
            "option: " + option + " (expected: --quick or --only=part)");
      }
    }
    return plan;
  }

  private static String seconds(long began) {
    return String.format(Locale.ROOT, "%5.0f s", (System.nanoTime() - began) / 1e9);
  }

  private static List<String> circumstances(Instant date, List<String> options, double loadBefore) {
    List<String> all = new ArrayList<>();
    all.add(Machine.hardware());
    all.add(Machine.jdk() + ", heap " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB");
    for (ProxyProduct product : ProxyProduct.values()) {
      all.add(product.version());
    }
    all.add(("`benchmarks/run-end-to-end " + String.join(" ", options)).trim() + "`");
    all.add(date.toString());
    all.add(quietness(loadBefore));
    return all;
  }

  private static String quietness(double load) {
    String text = String.format(Locale.ROOT, "load average before: %.1f", load);
    return load < 0.5
        ? text
        : text + ". **Other programs were running**: compare arms, don't take the figures as such";
  }

  static void write(Path folder, Measured measured) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("end-to-end.md"), EndToEndTables.markdown(measured));
    Files.writeString(folder.resolve("end-to-end.csv"), EndToEndCsv.of(measured));
    Files.writeString(folder.resolve("end-to-end.svg"), EndToEndPlot.of(measured));
  }
}
