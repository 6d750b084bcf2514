package io.nodewise.examples.cli;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The nodes that a command is about, and how they are asked. */
final class Target {
  @Parameters(
      paramLabel = "NODES",
      arity = "0..*",
      description = "Nodes, such as http://minio{1...4}:9000.")
  private List<String> nodes = List.of();

  @Option(
      names = "--health",
      paramLabel = "CHECK",
      defaultValue = "auto",
      description =
          "How a node is asked: auto, minio, weka, ceph, tcp, ... or a path such as /health;"
              + " default ${DEFAULT-VALUE}.")
  private String health = "auto";

  /** A load balancer over the nodes, which the caller closes. */
  LoadBalancer open(@Nullable CommandSpec spec) {
    try {
      return LoadBalancer.builder()
          .nodes(nodes.toArray(String[]::new))
          .healthCheck(healthCheck())
          .build();
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(lineOf(spec), wrong.getMessage(), wrong);
    }
  }

  private HealthCheck healthCheck() {
    if (health.startsWith("/")) {
      return HealthCheck.http(health);
    }
    return switch (health.toLowerCase(Locale.ROOT)) {
      case "auto" -> HealthCheck.auto();
      case "minio" -> HealthCheck.minio();
      case "weka" -> HealthCheck.weka();
      case "tcp" -> HealthCheck.tcp();
      default ->
          throw new IllegalArgumentException(
              "--health: " + health + " (expected: auto, minio, weka, tcp, or a path)");
    };
  }

  static CommandLine lineOf(@Nullable CommandSpec spec) {
    return Objects.requireNonNull(spec, "spec").commandLine();
  }

  static void require(
      @Nullable CommandSpec spec, boolean right, String option, int value, String expected) {
    if (!right) {
      throw new ParameterException(
          lineOf(spec), option + ": " + value + " (expected: " + expected + ")");
    }
  }
}
