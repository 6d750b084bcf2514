package io.nodewise.examples.cli;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.config.Configuration;
import io.nodewise.lb.config.Problem;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/**
 * The nodes that a command is about, and how they are asked: what an application would be
 * configured with, from the environment, a file, the command line, in this order, the last counts.
 */
final class Target {
  private static final String PREFIX = "nodewise.";

  @Parameters(
      paramLabel = "NODES",
      arity = "0..*",
      description =
          "Nodes, such as http://minio{1...4}:9000; or dns:, srv:, file: to ask for them.")
  private List<String> nodes = List.of();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings: a properties file with keys nodewise.*; see docs/configuration.md.")
  private @Nullable Path config;

  @Option(
      names = "-C",
      paramLabel = "KEY=VALUE",
      description = "One setting, such as health-check=minio.")
  private Map<String, String> settings = Map.of();

  /**
   * A load balancer over the nodes, which the caller closes.
   *
   * @throws ParameterException that lists everything that is wrong with the settings
   */
  LoadBalancer open(@Nullable CommandSpec spec) {
    Map<String, String> texts = texts(spec);
    List<Problem> problems = LoadBalancer.validate(texts);
    if (!problems.isEmpty()) {
      throw new ParameterException(
          lineOf(spec), problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    }
    try {
      return LoadBalancer.fromProperties(texts);
    } catch (IllegalArgumentException | IllegalStateException wrong) { // also: found no nodes
      throw new ParameterException(lineOf(spec), wrong.getMessage(), wrong);
    }
  }

  private Map<String, String> texts(@Nullable CommandSpec spec) {
    Map<String, String> texts = new LinkedHashMap<>(Configuration.surroundings());
    if (config != null) {
      texts.putAll(read(spec, config));
    }
    settings.forEach((key, value) -> texts.put(key.startsWith(PREFIX) ? key : PREFIX + key, value));
    if (!nodes.isEmpty()) {
      texts.put(PREFIX + "nodes", String.join(", ", nodes));
    }
    return texts;
  }

  private static Map<String, String> read(@Nullable CommandSpec spec, Path file) {
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(in);
    } catch (IOException | IllegalArgumentException e) {
      String why = e instanceof NoSuchFileException ? "no such file" : e.getMessage();
      throw new ParameterException(lineOf(spec), "--config: " + file + ": " + why, e);
    }
    return Configuration.texts(properties);
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
