package io.nodewise.examples.cli;

import io.nodewise.examples.status.StatusPage;
import io.nodewise.examples.view.Terminal;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.Transition;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The nodes, as they come and go: a table that is drawn again and again, and a page. */
@Command(
    name = "watch",
    description = {
      "Probes the nodes as the load balancer does and shows them until it is ended (Ctrl-C).",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class Watch implements Callable<Integer> {
  private static final int FOR_EVER = Integer.MAX_VALUE;
  private static final String FROM_TOP = "\u001b[H\u001b[2J";

  @Spec private @Nullable CommandSpec spec;
  @Mixin private Target target = new Target();

  @Option(names = "--for", paramLabel = "SECONDS", description = "End by itself.")
  private int seconds = FOR_EVER;

  @Option(
      names = "--page",
      paramLabel = "PORT",
      description = "Show it in a browser too, at this port of 127.0.0.1; 0: any.")
  private @Nullable Integer port;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Target.require(spec, seconds >= 1, "--for", seconds, "1 or more");
    boolean isPort = port == null || (port >= 0 && port <= 65_535);
    Target.require(spec, isPort, "--page", port == null ? 0 : port, "0 to 65535");
    PrintWriter out = Target.lineOf(spec).getOut();
    try (LoadBalancer cluster = target.open(spec);
        StatusPage page = port == null ? null : StatusPage.on(port, cluster)) {
      cluster.listeners().add(new Changes(out));
      if (page != null) {
        out.println("Shown at " + page.uri());
      }
      show(cluster, out);
    }
    return 0;
  }

  private void show(LoadBalancer cluster, PrintWriter out) throws InterruptedException {
    for (int i = 0; i < seconds; i++) {
      TimeUnit.SECONDS.sleep(1);
      synchronized (out) {
        out.print(Terminal.isThere() ? FROM_TOP : System.lineSeparator());
        out.print(NodeTable.of(cluster.snapshot()));
        out.flush();
      }
    }
  }

  /** Every change between two looks. */
  private record Changes(PrintWriter out) implements LoadBalancerListener {
    @Override
    public void onTransition(Transition transition) {
      synchronized (out) {
        out.println("  " + transition);
      }
    }
  }
}
