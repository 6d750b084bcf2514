package io.nodewise.examples.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: {@code nodewise check|ping|watch NODES...}. */
@Command(
    name = "nodewise",
    description = "Looks at the nodes of an S3 cluster as the load balancer does.",
    subcommands = {Check.class, Ping.class, Watch.class},
    mixinStandardHelpOptions = true,
    version = "Nodewise",
    usageHelpWidth = 96)
public final class Nodewise {
  /** Something is wrong with the cluster. */
  static final int UNHEALTHY = 1;

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Nodewise())
        .setParameterExceptionHandler(
            (wrong, args) -> {
              PrintWriter err = wrong.getCommandLine().getErr();
              err.println(wrong.getMessage());
              err.println("nodewise --help says what there is.");
              return CommandLine.ExitCode.USAGE;
            })
        .setExecutionExceptionHandler(
            (failure, line, parsed) -> {
              line.getErr().println(failure.getMessage());
              return CommandLine.ExitCode.SOFTWARE;
            });
  }
}
