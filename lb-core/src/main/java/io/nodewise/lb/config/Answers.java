package io.nodewise.lb.config;

import io.nodewise.lb.health.AnswerPattern;
import io.nodewise.lb.health.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * What some answers to a probe mean: {@code status 404 -> drain; header X-Load: high -> degraded
 * 0.5; not body "ok" -> down}. Stateless.
 */
final class Answers {
  /** One rule. */
  record Rule(AnswerPattern answer, Verdict verdict) {}

  static final ValueType<List<Rule>> RULES =
      ValueType.of("[answers](#answers-as-text)", Answers::read);

  private Answers() {}

  private static List<Rule> read(String text) {
    List<Rule> rules = new ArrayList<>();
    for (String rule : split(text, ";")) {
      List<String> sides = split(rule, "->");
      if (sides.size() != 2) {
        throw Values.unlike(rule, "an answer, ->, and what it means");
      }
      List<String> parts = split(sides.get(0), " and ");
      AnswerPattern answer = pattern(parts.get(0));
      for (String part : parts.subList(1, parts.size())) {
        answer = answer.and(pattern(part));
      }
      rules.add(new Rule(answer, verdict(sides.get(1), answer.toString())));
    }
    return rules;
  }

  private static AnswerPattern pattern(String text) {
    int blank = text.indexOf(' ');
    String kind = blank < 0 ? text : text.substring(0, blank);
    String rest = blank < 0 ? "" : text.substring(blank + 1).strip();
    int colon = rest.indexOf(':');
    boolean quoted = rest.length() > 2 && rest.startsWith("\"") && rest.endsWith("\"");
    if (kind.equals("not")) {
      return pattern(rest).not();
    } else if (kind.equals("status")) {
      return AnswerPattern.status(statuses(rest));
    } else if (kind.equals("header") && colon > 0) {
      return AnswerPattern.header(rest.substring(0, colon), rest.substring(colon + 1).strip());
    } else if (kind.equals("body") && quoted) {
      return AnswerPattern.bodyContains(rest.substring(1, rest.length() - 1));
    }
    throw Values.unlike(
        text, "status 404, header Name: value, or body \"text\", with not before it or without");
  }

  static int[] statuses(String text) {
    return Values.list(text, ",").stream().mapToInt(Values.COUNT::read).toArray();
  }

  private static Verdict verdict(String text, String reason) {
    if (text.startsWith("degraded ")) {
      return Verdict.degraded(Values.SHARE.read(text.substring(9).strip()), reason);
    }
    return switch (Values.plain(text)) {
      case "up" -> Verdict.up(reason);
      case "read-only" -> Verdict.readOnly(reason);
      case "drain" -> Verdict.drain(reason);
      case "down" -> Verdict.down(reason);
      default -> throw Values.unlike(text, "up, degraded 50%, read-only, drain or down");
    };
  }

  /** At the separators that are in no quotes; no part is empty. */
  private static List<String> split(String text, String separator) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      boolean end = i == text.length();
      quoted ^= !end && text.charAt(i) == '"';
      if (end || (!quoted && text.startsWith(separator, i))) {
        if (text.substring(start, i).isBlank()) {
          throw Values.unlike(text, "something before and after each '" + separator.strip() + "'");
        }
        parts.add(text.substring(start, i).strip());
        start = i + separator.length();
        i = end ? i : start - 1;
      }
    }
    return parts;
  }
}
