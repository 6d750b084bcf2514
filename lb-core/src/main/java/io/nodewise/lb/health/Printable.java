package io.nodewise.lb.health;

import java.util.Locale;

/** Makes one short line of text that others wrote, for messages and logs. */
public final class Printable {
  private static final int MAX_LENGTH = 200;

  private Printable() {}

  /** What is not printable ASCII is escaped, what is too long is cut. */
  public static String of(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (out.length() >= MAX_LENGTH) {
        return out.append("...").toString();
      }
      char c = text.charAt(i);
      if (c >= ' ' && c < 0x7f) {
        out.append(c);
      } else {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      }
    }
    return out.toString();
  }
}
