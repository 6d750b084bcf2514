package io.nodewise.lb.health;

import io.nodewise.lb.node.Node;
import java.util.List;
import java.util.stream.Collectors;

/** The probe that a {@link HealthCheckBuilder} describes. Immutable and thread-safe. */
final class HttpProbe implements ProductProbe {

  /** Answers that mean something whatever else they say. */
  record Rule(AnswerPattern pattern, Verdict verdict) {
    @Override
    public String toString() {
      return pattern + " -> " + verdict.kind();
    }
  }

  private final ProbeRequest request;
  private final StatusSet expected;
  private final List<Rule> rules;

  HttpProbe(ProbeRequest request, StatusSet expected, List<Rule> rules) {
    this.request = request;
    this.expected = expected;
    this.rules = List.copyOf(rules);
  }

  @Override
  public ProbeRequest request(Node node) {
    return request;
  }

  @Override
  public boolean explains(ProbeAnswer answer) {
    return expected.contains(answer.status())
        || rules.stream().anyMatch(rule -> rule.pattern().fits(answer));
  }

  @Override
  public Verdict read(ProbeAnswer answer) {
    for (Rule rule : rules) {
      if (rule.pattern().fits(answer)) {
        return rule.verdict();
      }
    }
    String status = Integer.toString(answer.status());
    return expected.contains(answer.status())
        ? Verdict.up(status)
        : Verdict.down(status + " (expected: " + expected + ")");
  }

  @Override
  public String toString() {
    return request
        + " -> "
        + expected
        + rules.stream().map(rule -> ", " + rule).collect(Collectors.joining());
  }
}
