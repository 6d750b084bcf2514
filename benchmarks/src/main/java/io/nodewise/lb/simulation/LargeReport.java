package io.nodewise.lb.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;

/** Many clients and many nodes: what fits into the heap, and whether it still balances. */
public final class LargeReport {
  private LargeReport() {}

  /** The argument is the folder to write {@code simulation-large.md} to. */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      throw new IllegalArgumentException("arguments: " + args.length + " (expected: 1, a folder)");
    }
    StringBuilder page = new StringBuilder("# Simulation of large sets\n\n");
    page.append(
        String.format(
            Locale.ROOT,
            "- `benchmarks/run-simulation --large`%n- %d processors, JDK %s%n- %s%n- seed 1%n%n"
                + "Four seconds at a quarter of what the nodes can serve; one node falls silent at"
                + " second 2.%n%n",
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("java.runtime.version"),
            LocalDate.now(ZoneOffset.UTC)));
    page.append(
        "| policy | clients | nodes | heap, MiB | bytes a client and node | requests | failed | p99,"
            + " ms | max/mean load | share of the bad node | events | seconds |\n");
    page.append("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    Path folder = Files.createDirectories(Path.of(args[0]));
    add(page, folder, Policy.LEAST_LOADED, 1000, 100);
    add(page, folder, Policy.SUBSET_20, 10_000, 100);
    add(page, folder, Policy.LEAST_LOADED, 1000, 1000);
  }

  /** Written at once: the next one may not fit into the heap, or into anybody's patience. */
  private static void add(StringBuilder page, Path folder, Policy policy, int clients, int nodes)
      throws IOException {
    page.append(line(policy, clients, nodes));
    Files.writeString(folder.resolve("simulation-large.md"), page);
  }

  private static String line(Policy policy, int clients, int nodes) {
    long[] heap = new long[1];
    long before = usedHeap();
    Setting setting = Setting.of(policy, clients).withNodes(nodes).withLoad(0.25);
    Result run = Scenario.LARGE.run(setting, () -> heap[0] = usedHeap() - before);
    return String.format(
        Locale.ROOT,
        "| %s | %d | %d | %d | %d | %d | %d | %.1f | %.2f | %.5f | %d | %.0f |%n",
        policy,
        clients,
        nodes,
        heap[0] >> 20,
        heap[0] / ((long) clients * nodes),
        run.requests(),
        run.failed(),
        run.p99(),
        run.unevenness(),
        run.badShare(),
        run.events(),
        run.seconds());
  }

  private static long usedHeap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
