package io.nodewise.examples.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.nodewise.examples.demo.client.ClientUnderTest;
import io.nodewise.examples.demo.client.NodeRow;
import io.nodewise.examples.demo.load.CallLog;
import io.nodewise.examples.demo.load.Load;
import io.nodewise.examples.demo.nodes.LocalCluster;
import io.nodewise.examples.demo.nodes.NodeProcess;
import io.nodewise.examples.status.StatusPage;
import io.nodewise.examples.view.Ink;
import io.nodewise.examples.view.Line;
import io.nodewise.examples.view.Svg;
import io.nodewise.examples.view.Terminal;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The demo's command line. Exit status: 0 passed, 1 failed, 2 wrong options. */
@Command(
    name = "run-demo",
    description = {
      "Starts a cluster of S3 nodes on this machine, puts a mixed load on it and checks every byte,"
          + " while one node is killed, one hangs and all are restarted in turn.",
      ""
    },
    mixinStandardHelpOptions = true,
    version = "Nodewise demo",
    sortOptions = false,
    usageHelpWidth = 96)
public final class Demo implements Callable<Integer> {
  private static final int MIN_SECONDS = 10;
  private static final int MAX_SECONDS = 86_400;
  private static final int MAX_RATE = 10_000;
  private static final int MIN_NODES = 2;
  private static final int MAX_PORT = 65_535;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "How long the faults are spread over; default ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "4",
      description = "Nodes of the cluster; default ${DEFAULT-VALUE}.")
  private int nodes;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "30",
      description = "Calls per second in all; default ${DEFAULT-VALUE}.")
  private int rate;

  @Option(
      names = "--client",
      paramLabel = "CLIENT",
      defaultValue = "nodewise",
      description =
          "nodewise, or plain: the same load and faults with plain S3 clients, one a node, taken"
              + " in turn; default ${DEFAULT-VALUE}.")
  private ClientUnderTest.Kind client = ClientUnderTest.Kind.NODEWISE;

  @Option(names = "--quiet", description = "Print the verdict only.")
  private boolean quiet;

  @Option(names = "--report", paramLabel = "FILE", description = "Write the verdict as JSON.")
  private @Nullable Path report;

  @Option(
      names = "--page",
      paramLabel = "PORT",
      description = "Show the load balancer in a browser, at this port of 127.0.0.1; 0: any.")
  private @Nullable Integer port;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the contents and the order of calls; default ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      hidden = true,
      description = "Write the live table, as it is while a node hangs, as a picture.")
  private @Nullable Path svg;

  private final RecentShares shares = new RecentShares();
  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Demo())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(
            (wrong, args) -> {
              PrintWriter err = wrong.getCommandLine().getErr();
              err.println(wrong.getMessage());
              err.println("examples/run-demo --help lists the options.");
              return CommandLine.ExitCode.USAGE;
            })
        .setExecutionExceptionHandler(
            (failure, line, parsed) -> {
              failure.printStackTrace(line.getErr());
              return CommandLine.ExitCode.SOFTWARE;
            });
  }

  @Override
  public Integer call() throws Exception {
    check("--seconds", seconds, MIN_SECONDS, MAX_SECONDS);
    check("--nodes", nodes, MIN_NODES, LocalCluster.MAX_NODES);
    check("--rate", rate, 1, MAX_RATE);
    if (port != null) {
      check("--page", port, 0, MAX_PORT);
      if (client != ClientUnderTest.Kind.NODEWISE) {
        throw wrong("--page: the " + client + " client has no load balancer to show");
      }
    }
    checkWritable("--report", report);
    checkWritable("--svg", svg);
    Verdict verdict = run();
    boolean colours = Terminal.isThere();
    for (Line line : VerdictView.lines(verdict)) {
      out.println(colours ? line.ansi() : line.text());
    }
    if (report != null) {
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValue(report.toFile(), verdict);
    }
    return verdict.success() ? 0 : 1;
  }

  private Verdict run() throws IOException, InterruptedException {
    if (!quiet) {
      out.printf("Starting %d S3 nodes ...%n", nodes);
    }
    CallLog calls = new CallLog();
    try (LocalCluster cluster = LocalCluster.start(nodes);
        ClientUnderTest tested =
            client.open(cluster.nodes().stream().map(NodeProcess::uri).toList());
        StatusPage page = port == null ? null : tested.page(port)) {
      if (page != null) {
        out.println("Shown at " + page.uri());
      }
      RunLog log = new RunLog();
      Schedule schedule = new Schedule(seconds, nodes);
      String title =
          String.format("Nodewise demo: %d S3 nodes, %s client, %d calls/s", nodes, client, rate);
      try (Load load = new Load(tested, calls, rate, seed);
          LiveView view =
              new LiveView(
                  LiveView.mode(quiet), () -> frame(title, schedule, tested, calls, log), out)) {
        load.start();
        log.event("load starts", Ink.GREEN);
        Runnable picture = () -> draw(frame(title, schedule, tested, calls, log));
        new FaultPlan(schedule, cluster, tested, load, log, calls::forgetTimes, picture).run();
        log.event("load ends, everything is read back", Ink.GREEN);
        load.stop();
        return Verdict.of(client, tested, calls, log);
      }
    }
  }

  private Frame frame(
      String title, Schedule schedule, ClientUnderTest tested, CallLog calls, RunLog log) {
    long now = System.nanoTime();
    List<NodeRow> rows = tested.rows();
    return new Frame(
        title,
        log.startNanos(),
        now,
        schedule.end(),
        rows,
        shares.update(now, rows),
        calls.totals(),
        tested.failovers(),
        log.faults(),
        log.events());
  }

  private void draw(Frame frame) {
    if (svg != null) {
      try {
        Files.writeString(svg, Svg.of("examples/run-demo", frame.lines()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void check(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw wrong(
          String.format("%s: %d (expected: a number from %d to %d)", option, value, min, max));
    }
  }

  private void checkWritable(String option, @Nullable Path file) {
    if (file == null) {
      return;
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || !Files.isWritable(directory) || Files.isDirectory(file)) {
      throw wrong(
          String.format("%s: %s (expected: a file in a directory to write to)", option, file));
    }
  }

  private ParameterException wrong(String message) {
    if (spec == null) {
      throw new IllegalStateException(message);
    }
    return new ParameterException(spec.commandLine(), message);
  }
}
