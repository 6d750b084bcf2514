package io.nodewise.lb;

import io.nodewise.lb.config.Configuration;
import io.nodewise.lb.config.Problem;
import io.nodewise.lb.node.NodeSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What text and builder make together, and what is wrong with that. Stateless. */
final class Configured {
  private static final String NODES = "nodewise.nodes";

  private Configured() {}

  static LoadBalancerBuilder builder(Map<String, String> texts) {
    Configuration configuration = Configuration.of(texts);
    Configuration.requireNone(configuration.problems());
    LoadBalancerBuilder builder = new LoadBalancerBuilder();
    configuration.applyTo(builder);
    return builder;
  }

  static LoadBalancer balancer(Map<String, String> texts) {
    Configuration.requireNone(problems(texts));
    return builder(texts).build();
  }

  /** Of the texts themselves, then of what is wrong between options that are well by themselves. */
  static List<Problem> problems(Map<String, String> texts) {
    Configuration configuration = Configuration.of(texts);
    List<Problem> problems = new ArrayList<>(configuration.problems());
    LoadBalancerBuilder builder = new LoadBalancerBuilder();
    configuration.applyTo(builder);
    if (isClean(configuration, NODES, "nodewise.backup-nodes", "nodewise.sites")) {
      check(NODES, problems, () -> checkMembers(builder, configuration, problems));
    }
    return List.copyOf(problems);
  }

  private static void checkMembers(
      LoadBalancerBuilder builder, Configuration configuration, List<Problem> problems) {
    NodeSet members = builder.members();
    if (isClean(configuration, "nodewise.logical-endpoint")) {
      check("nodewise.logical-endpoint", problems, () -> builder.requireEndpoint(members));
    }
    if (members != null && isClean(configuration, "nodewise.health-check", "nodewise.tls")) {
      check("nodewise.tls", problems, () -> builder.requireUseOfTls(members));
    }
  }

  private static void check(String key, List<Problem> problems, Runnable check) {
    try {
      check.run();
    } catch (IllegalArgumentException e) {
      problems.add(new Problem(List.of(key), String.valueOf(e.getMessage())));
    }
  }

  /** Whether nothing is wrong with these keys, nor with those below them. */
  private static boolean isClean(Configuration configuration, String... keys) {
    return configuration.problems().stream()
        .flatMap(problem -> problem.keys().stream())
        .map(Configured::asProperty)
        .noneMatch(key -> Arrays.stream(keys).anyMatch(key::startsWith));
  }

  private static String asProperty(String key) {
    return Configuration.keys().stream()
        .filter(known -> known.environmentName().equals(key))
        .findAny()
        .map(known -> known.name())
        .orElse(key);
  }
}
