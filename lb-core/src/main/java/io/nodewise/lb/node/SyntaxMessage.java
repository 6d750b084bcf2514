package io.nodewise.lb.node;

import java.net.URISyntaxException;

/**
 * Words for text that can't be read: what was given on the first line, a caret under the column on
 * the second. Stateless. Columns count from 1, in {@code char}s of the text as given.
 */
final class SyntaxMessage {
  /** Characters of the given text that are shown, so that a pasted file doesn't fill the log. */
  static final int SHOWN = 160;

  private static final int VALUE_SHOWN = 60;

  private SyntaxMessage() {}

  /** A fault at an index (from 0) of the text; the caller that knows the whole text words it. */
  static URISyntaxException fault(String text, int index, String reason) {
    return new URISyntaxException(text, reason, index);
  }

  /** The fault seen from a text that holds the other one from {@code offset} on. */
  static URISyntaxException shifted(URISyntaxException fault, int offset) {
    return fault(fault.getInput(), fault.getIndex() + offset, fault.getReason());
  }

  /** The exception for the user: {@code label: text}, and the caret with the reason. */
  static IllegalArgumentException at(String label, String text, URISyntaxException fault) {
    int index = fault.getIndex();
    int from = text.length() <= SHOWN || index < SHOWN / 2 ? 0 : index - SHOWN / 2;
    String head = label + ": " + (from > 0 ? "…" : "");
    String caret = " ".repeat(head.length() + index - from) + "^ column " + (index + 1) + ": ";
    String line = head + shown(text, from, from + SHOWN);
    // Without the fault as its cause: that one's message shows the text unmasked.
    return new IllegalArgumentException(line + "\n" + caret + fault.getReason());
  }

  /** A part of the text for the middle of a sentence: one line, no secrets, not endless. */
  static String value(String text) {
    return shown(text, 0, VALUE_SHOWN);
  }

  /**
   * The text from one index to another on one line. What may be a password (before an @) or a
   * signature (a query) is masked; it starts at the fault's column or later, so that the caret
   * stays where it belongs.
   */
  private static String shown(String text, int from, int to) {
    String masked = masked(text.substring(from));
    int end = Math.min(masked.length(), to - from);
    StringBuilder line = new StringBuilder(end + 1);
    for (int i = 0; i < end; i++) {
      line.append(printable(masked.charAt(i)));
    }
    return line.append(end < masked.length() ? "…" : "").toString();
  }

  private static char printable(char c) {
    if (isSeparator(c) && c != ',') {
      return ' ';
    }
    int type = Character.getType(c);
    boolean invisible =
        type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE;
    return invisible ? '\uFFFD' : c;
  }

  private static String masked(String text) {
    if (text.indexOf('@') < 0 && text.indexOf('?') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int start = 0;
    while (start < text.length()) {
      int end = start;
      while (end < text.length() && !isSeparator(text.charAt(end))) {
        end++;
      }
      out.append(maskedWord(text.substring(start, end)));
      if (end < text.length()) {
        out.append(text.charAt(end));
      }
      start = end + 1;
    }
    return out.toString();
  }

  private static String maskedWord(String word) {
    int at = word.lastIndexOf('@');
    if (at >= 0) {
      return word.substring(0, Authority.userInfoStart(word)) + "***" + word.substring(at);
    }
    int query = word.indexOf('?');
    return query < 0 || query == word.length() - 1 ? word : word.substring(0, query) + "?***";
  }

  /** Whether the character stands between two patterns. Also the no-break space of web pages. */
  static boolean isSeparator(char c) {
    return c == ',' || Character.isWhitespace(c) || Character.isSpaceChar(c);
  }
}
