package io.nodewise.lb.config;

import java.util.ArrayList;
import java.util.List;

/**
 * A name, perhaps with arguments in parentheses, as in {@code zone-aware(a, least-loaded(3))}.
 *
 * @param name as names are compared
 */
record Call(String text, String name, List<String> arguments) {
  /** Deeper than any sensible nesting: a policy within a policy is one. */
  private static final int DEEPEST = 8;

  static Call of(String text) {
    int open = text.indexOf('(');
    if (open < 0) {
      return new Call(text, Values.plain(text), List.of());
    }
    if (!text.endsWith(")")) {
      throw Values.unlike(text, "one pair of parentheses, to the end");
    }
    String inside = text.substring(open + 1, text.length() - 1);
    return new Call(text, Values.plain(text.substring(0, open).strip()), split(text, inside));
  }

  /** At the commas that are in no further parentheses. */
  private static List<String> split(String text, String inside) {
    List<String> arguments = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i <= inside.length(); i++) {
      char c = i < inside.length() ? inside.charAt(i) : ',';
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth < 0 || depth > DEEPEST || (i == inside.length() && depth > 0)) {
        throw Values.unlike(text, "parentheses that match");
      }
      if (c == ',' && depth == 0) {
        String argument = inside.substring(start, i).strip();
        if (argument.isEmpty()) {
          throw Values.unlike(text, "something in parentheses and between commas");
        }
        arguments.add(argument);
        start = i + 1;
      }
    }
    return arguments;
  }

  /** The argument at an index. */
  String argument(int index) {
    return arguments.get(index);
  }

  /** Checks how many arguments there are. */
  void requireArguments(int least, int most) {
    if (arguments.size() < least || arguments.size() > most) {
      String wanted =
          most == 0 ? "no arguments" : least == most ? least + " of them" : least + " to " + most;
      throw Values.unlike(text, wanted + " in the parentheses of " + name);
    }
  }
}
