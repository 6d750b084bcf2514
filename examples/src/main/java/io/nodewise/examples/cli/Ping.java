package io.nodewise.examples.cli;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.ProbeSnapshot;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What {@code mc ping} is to MinIO: how long each node takes to answer its probe. */
@Command(
    name = "ping",
    description = {
      "Probes every node several times and prints how long each took, connecting included.",
      "Exit status: 0 every node answered well at least once, 1 one did not, 2 wrong options.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class Ping implements Callable<Integer> {
  private static final int MOST = 100_000;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private Target target = new Target();

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "4",
      description = "How often; default ${DEFAULT-VALUE}.")
  private int count;

  @Option(
      names = "--interval",
      paramLabel = "MILLIS",
      defaultValue = "1000",
      description = "How long to wait in between; default ${DEFAULT-VALUE}.")
  private int interval;

  @Override
  public Integer call() throws InterruptedException {
    Target.require(spec, count >= 1 && count <= MOST, "--count", count, "1 to " + MOST);
    Target.require(spec, interval >= 0, "--interval", interval, "0 or more");
    PrintWriter out = Target.lineOf(spec).getOut();
    Map<String, List<Duration>> answered = new LinkedHashMap<>();
    try (LoadBalancer cluster = target.open(spec)) {
      if (cluster.nodes().size() == 0) {
        out.print(NodeTable.of(cluster.snapshot()));
      }
      for (int round = 1; round <= count; round++) {
        if (round > 1) {
          TimeUnit.MILLISECONDS.sleep(interval);
        }
        for (NodeSnapshot node : cluster.checkNow().nodes()) {
          List<Duration> times =
              answered.computeIfAbsent(node.node().id(), first -> new ArrayList<>());
          out.println(round + ": " + node.node().id() + "  " + said(node.probe(), times));
        }
        out.flush();
      }
    }
    out.println();
    answered.forEach((node, times) -> out.println(node + ": " + summary(times)));
    out.flush();
    boolean all = !answered.isEmpty() && answered.values().stream().noneMatch(List::isEmpty);
    return all ? 0 : Nodewise.UNHEALTHY;
  }

  private static String said(@Nullable ProbeSnapshot probe, List<Duration> times) {
    if (probe == null) {
      return "not probed";
    }
    if (!probe.verdict().isDown()) {
      times.add(probe.took());
    }
    return NodeTable.millis(probe.took()) + "  " + probe.verdict();
  }

  private String summary(List<Duration> times) {
    List<Duration> sorted = times.stream().sorted().toList();
    String lost = sorted.size() + " of " + count + " answered well";
    return sorted.isEmpty()
        ? lost
        : lost
            + ", least "
            + NodeTable.millis(sorted.get(0))
            + ", median "
            + NodeTable.millis(sorted.get(sorted.size() / 2))
            + ", most "
            + NodeTable.millis(sorted.get(sorted.size() - 1));
  }
}
