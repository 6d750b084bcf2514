package io.nodewise.lb.simulation;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Plays all scenarios and writes {@code simulation.md}, {@code .csv} and pictures. */
public final class SimulationReport {
  private static final Policy[] COMPARED = {Policy.POWER_OF_TWO, Policy.ROUND_ROBIN, Policy.RANDOM};
  private static final Scenario[] FOR_ALL_POLICIES = {
    Scenario.HEALTHY,
    Scenario.SLOW_NODE,
    Scenario.BLACK_HOLE,
    Scenario.FAST_503,
    Scenario.FAST_500,
    Scenario.CRASH
  };

  private record Plan(Scenario scenario, Policy policy, int clients, int order) {}

  private final boolean quick;
  private final int minutes; // 0: as many as it takes
  private final int seeds;
  private final long began = System.nanoTime();
  private final AtomicInteger skipped = new AtomicInteger();
  private final Map<Plan, List<Result>> results = new ConcurrentHashMap<>();

  private SimulationReport(boolean quick, int minutes) {
    this.quick = quick;
    this.minutes = minutes;
    this.seeds = quick ? 1 : 5;
  }

  /**
   * The first argument is the folder to write to; {@code --quick} may follow, or {@code --minutes}
   * and after how many of them no further run is begun.
   */
  public static void main(String[] args)
      throws IOException, InterruptedException, ExecutionException {
    boolean quick = args.length == 2 && args[1].equals("--quick");
    boolean boxed = args.length == 3 && args[1].equals("--minutes");
    if (args.length == 0 || (args.length > 1 && !quick && !boxed)) {
      throw new IllegalArgumentException(
          "arguments: "
              + Arrays.toString(args)
              + " (expected: the results folder, then --quick, --minutes and a number, or nothing)");
    }
    SimulationReport report = new SimulationReport(quick, boxed ? Integer.parseInt(args[2]) : 0);
    long began = System.nanoTime();
    report.play();
    report.write(Path.of(args[0]), (System.nanoTime() - began) / 1e9);
  }

  private List<Plan> plans() {
    List<Plan> plans = new ArrayList<>();
    for (Scenario scenario : Scenario.values()) {
      if (scenario != Scenario.LARGE) {
        plans.add(new Plan(scenario, Policy.LEAST_LOADED, 20, plans.size()));
      }
    }
    if (quick) {
      return plans;
    }
    for (Policy policy : COMPARED) {
      for (Scenario scenario : FOR_ALL_POLICIES) {
        plans.add(new Plan(scenario, policy, 20, plans.size()));
      }
    }
    for (int clients : new int[] {100, 400}) {
      for (Policy policy : new Policy[] {Policy.LEAST_LOADED, Policy.POWER_OF_TWO}) {
        plans.add(new Plan(Scenario.HEALTHY, policy, clients, plans.size()));
        plans.add(new Plan(Scenario.SLOW_NODE, policy, clients, plans.size()));
      }
    }
    return plans;
  }

  /** Each run has a thread for itself; nothing is shared between them. */
  private void play() throws InterruptedException, ExecutionException {
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      List<Future<?>> running = new ArrayList<>();
      for (long seed = 1; seed <= seeds; seed++) { // so that, cut short, every plan has some
        for (Plan plan : plans()) {
          Setting setting = Setting.of(plan.policy(), plan.clients()).withSeed(seed);
          running.add(threads.submit(() -> play(plan, setting)));
        }
      }
      for (Future<?> one : running) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private void play(Plan plan, Setting setting) {
    if (minutes > 0 && System.nanoTime() - began > minutes * 60e9) {
      skipped.incrementAndGet();
      return;
    }
    Result result = plan.scenario().run(setting);
    results
        .computeIfAbsent(plan, first -> Collections.synchronizedList(new ArrayList<>()))
        .add(result);
  }

  private List<Cell> cells() {
    Map<Integer, Cell> inOrder = new TreeMap<>();
    results.forEach(
        (plan, runs) ->
            inOrder.put(
                plan.order(), new Cell(plan.scenario(), plan.policy(), plan.clients(), runs)));
    return List.copyOf(inOrder.values());
  }

  private void write(Path folder, double seconds) throws IOException {
    Files.createDirectories(folder);
    List<Cell> cells = cells();
    long events = cells.stream().flatMap(c -> c.runs().stream()).mapToLong(Result::events).sum();
    double busy = cells.stream().flatMap(c -> c.runs().stream()).mapToDouble(Result::seconds).sum();
    List<String> circumstances =
        List.of(
            "`benchmarks/run-simulation"
                + (quick ? " --quick" : minutes > 0 ? " --minutes " + minutes : "")
                + "`",
            Runtime.getRuntime().availableProcessors()
                + " processors, JDK "
                + System.getProperty("java.runtime.version")
                + ", heap at most "
                + (Runtime.getRuntime().maxMemory() >> 20)
                + " MiB, load average "
                + String.format(
                    Locale.ROOT,
                    "%.1f",
                    ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()),
            LocalDate.now(ZoneOffset.UTC).toString(),
            "seeds 1 to "
                + seeds
                + (skipped.get() == 0
                    ? ""
                    : "; **"
                        + skipped
                        + " runs not begun** in the time given: see the seeds of each"),
            String.format(
                Locale.ROOT,
                "%.1f million events in %.0f s, %.0f thousand a second and thread",
                events / 1e6,
                seconds,
                events / busy / 1e3));
    Files.writeString(
        folder.resolve("simulation.md"), SimulationTables.markdown(cells, circumstances, quick));
    Files.writeString(folder.resolve("simulation.csv"), SimulationTables.csv(cells));
    for (Cell cell : cells) {
      boolean overTime =
          cell.scenario() == Scenario.OVERLOAD || cell.scenario() == Scenario.SCALE_OUT;
      if (overTime && cell.policy() == Policy.LEAST_LOADED) {
        String name = cell.scenario().shown().replace(' ', '-');
        Files.writeString(
            folder.resolve("simulation-" + name + ".svg"), SimulationPlots.loads(cell));
      }
    }
    Files.writeString(folder.resolve("simulation-p99.svg"), SimulationPlots.tails(cells));
  }
}
