package io.nodewise.examples.cli;

import io.nodewise.lb.ClusterSnapshot;
import io.nodewise.lb.LoadBalancer;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What {@code mc ready} is to MinIO: asks every node, and says by its status how it went. */
@Command(
    name = "check",
    description = {
      "Checks the configuration, probes every node and prints what it found.",
      "Exit status: 0 enough nodes are healthy, 1 too few are, 2 the configuration is wrong.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class Check implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
  @Mixin private Target target = new Target();

  @Option(
      names = "--min",
      paramLabel = "N",
      description = "How many nodes must be healthy; default: all.")
  private @Nullable Integer min;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "How long to wait for them; default ${DEFAULT-VALUE}: one probe of each.")
  private int wait;

  @Override
  public Integer call() {
    PrintWriter out = Target.lineOf(spec).getOut();
    try (LoadBalancer cluster = target.open(spec)) {
      int known = cluster.nodes().size();
      int wanted = min == null ? Math.max(1, known) : min;
      boolean isPossible = wanted >= 1 && (wanted <= known || cluster.hasNodeSource());
      Target.require(spec, isPossible, "--min", wanted, "1 to " + known);
      Target.require(spec, wait >= 0, "--wait", wait, "0 or more");
      if (wait > 0) {
        cluster.awaitReady(Duration.ofSeconds(wait), wanted);
      }
      ClusterSnapshot found = cluster.checkNow();
      int nodes = found.nodes().size();
      out.print(NodeTable.of(found));
      long healthy = found.nodes().stream().filter(NodeTable::isHealthy).count();
      out.printf("%d of %d nodes are healthy%n", healthy, nodes);
      out.flush();
      return healthy >= wanted ? 0 : Nodewise.UNHEALTHY;
    }
  }
}
