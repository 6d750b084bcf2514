package io.nodewise.lb.node;

import static io.nodewise.lb.node.SyntaxMessage.fault;
import static io.nodewise.lb.node.SyntaxMessage.value;

import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;

/**
 * A text with ranges such as {@code minio{1...4}}, and the texts it stands for. Immutable and pure.
 * Several ranges give every combination, the leftmost changing slowest. Nothing is expanded before
 * it is asked for.
 */
final class Ellipses {
  /** More than any cluster has: a typing error should be a message, not an OutOfMemoryError. */
  static final int MAX_NODES = 10_000;

  private static final String DOTS = "...";
  private static final int MAX_DIGITS = 18; // fits a long

  /**
   * A piece of the text: one range, or plain characters, which are a range of one.
   *
   * @param start where the piece starts in the text
   * @param plain the characters of a plain piece, empty for a range
   * @param first the first number or letter
   * @param count how many values
   * @param width digits to pad to, 0 for letters
   */
  private record Piece(int start, String plain, long first, int count, int width) {
    String value(int index) {
      if (!plain.isEmpty()) {
        return plain;
      }
      if (width == 0) {
        return String.valueOf((char) (first + index));
      }
      String digits = Long.toString(first + index);
      return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }
  }

  private final List<Piece> pieces;
  private final int size;

  private Ellipses(List<Piece> pieces, int size) {
    this.pieces = pieces;
    this.size = size;
  }

  /** Reads the text. Faults have the index in it. */
  static Ellipses parse(String text) throws URISyntaxException {
    List<Piece> pieces = new ArrayList<>();
    int size = 1;
    int i = 0;
    while (i < text.length()) {
      int open = text.indexOf('{', i);
      int plainEnd = open < 0 ? text.length() : open;
      int stray = text.indexOf('}', i);
      if (stray >= 0 && stray < plainEnd) {
        throw fault(text, stray, "} without { (expected: {first...last})");
      }
      if (plainEnd > i) {
        pieces.add(new Piece(i, text.substring(i, plainEnd), 0, 1, 0));
      }
      if (open < 0) {
        break;
      }
      int close = stray < 0 ? text.length() : stray;
      int nested = text.indexOf('{', open + 1);
      if (nested >= 0 && nested < close) {
        throw fault(text, nested, "brace in a brace (expected: {first...last})");
      }
      if (stray < 0) {
        throw fault(
            text,
            open,
            "unclosed brace: "
                + value(text.substring(open))
                + " (expected: {first...last}, no comma or space in it)");
      }
      Piece range = range(text, open, close);
      if ((long) size * range.count() > MAX_NODES) {
        throw tooMany(text, open, close);
      }
      size *= range.count();
      pieces.add(range);
      i = close + 1;
    }
    return new Ellipses(List.copyOf(pieces), size);
  }

  private static Piece range(String text, int open, int close) throws URISyntaxException {
    String braces = value(text.substring(open, close + 1));
    if (close == open + 1) {
      throw fault(text, open, "empty range: {} (expected: {first...last})");
    }
    int dots = text.indexOf(DOTS, open);
    if (dots < 0 || dots > close) {
      throw noDots(text, open, close, braces);
    }
    int lastStart = dots + DOTS.length();
    String first = text.substring(open + 1, dots);
    String last = text.substring(lastStart, close);
    if (first.isEmpty() || last.isEmpty()) {
      throw fault(
          text,
          first.isEmpty() ? dots : close,
          "range without its "
              + (first.isEmpty() ? "first" : "last")
              + ": "
              + braces
              + " (expected: {first...last})");
    }
    boolean letters = isLetter(first);
    if (!letters && !isNumber(first)) {
      throw notAValue(text, open + 1, first, "a number or one letter");
    }
    if (letters ? !isLetter(last) : !isNumber(last)) {
      throw notAValue(text, lastStart, last, letters ? "one letter" : "a number");
    }
    if (letters && isLower(first) != isLower(last)) {
      throw notAValue(text, lastStart, last, "a letter of the same case as " + first);
    }
    long from = letters ? first.charAt(0) : Long.parseLong(first);
    long to = letters ? last.charAt(0) : Long.parseLong(last);
    if (from > to) {
      throw fault(
          text, lastStart, "range runs backwards: " + braces + " (expected: first <= last)");
    }
    if (to - from >= MAX_NODES) {
      throw tooMany(text, open, close);
    }
    return new Piece(open, "", from, (int) (to - from) + 1, letters ? 0 : width(first, last));
  }

  private static URISyntaxException noDots(String text, int open, int close, String braces) {
    String inside = text.substring(open + 1, close);
    for (String wrong : List.of("..", "…", "-")) {
      int at = inside.indexOf(wrong);
      if (at > 0) {
        String right = "{" + inside.substring(0, at) + DOTS + inside.substring(at + wrong.length());
        return fault(
            text,
            open + 1 + at,
            "not a range: " + braces + " (expected: three dots: " + value(right) + "})");
      }
    }
    return fault(
        text, open, "not a range: " + braces + " (expected: {first...last}, such as {1...4})");
  }

  private static URISyntaxException notAValue(String text, int at, String value, String expected) {
    return fault(text, at, "range value: " + value(value) + " (expected: " + expected + ")");
  }

  private static URISyntaxException tooMany(String text, int open, int close) {
    String expected = " (expected: at most " + MAX_NODES + " in all)";
    return fault(
        text, open, "too many nodes: " + value(text.substring(open, close + 1)) + expected);
  }

  private static int width(String first, String last) {
    boolean padded = first.startsWith("0") && first.length() > 1;
    padded |= last.startsWith("0") && last.length() > 1;
    return padded ? Math.max(first.length(), last.length()) : 1;
  }

  private static boolean isNumber(String text) {
    return text.length() <= MAX_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static boolean isLetter(String text) {
    return text.length() == 1
        && ((text.charAt(0) >= 'a' && text.charAt(0) <= 'z')
            || (text.charAt(0) >= 'A' && text.charAt(0) <= 'Z'));
  }

  private static boolean isLower(String letter) {
    return letter.charAt(0) >= 'a';
  }

  /** How many texts it stands for, 1 to {@value #MAX_NODES}. */
  int size() {
    return size;
  }

  /** The text with this number, from 0. */
  String text(int number) {
    return String.join("", values(number));
  }

  /** Where the character of that text comes from; of a range it is the opening brace. */
  int index(int number, int indexInText) {
    String[] values = values(number);
    int passed = 0;
    for (int i = 0; i < values.length; i++) {
      boolean last = i == values.length - 1;
      if (indexInText < passed + values[i].length() || last) {
        Piece piece = pieces.get(i);
        return piece.start() + (piece.plain().isEmpty() ? 0 : indexInText - passed);
      }
      passed += values[i].length();
    }
    return 0;
  }

  private String[] values(int number) {
    String[] values = new String[pieces.size()];
    int rest = number;
    for (int i = values.length - 1; i >= 0; i--) {
      Piece piece = pieces.get(i);
      values[i] = piece.value(rest % piece.count());
      rest /= piece.count();
    }
    return values;
  }
}
