package io.nodewise.examples.view;

import com.google.errorprone.annotations.FormatMethod;
import java.util.ArrayList;
import java.util.List;

/** One line of coloured text, built from left to right. Not thread-safe. */
public final class Line {
  private final List<Span> spans = new ArrayList<>();

  /** Text of one colour. */
  record Span(String text, Ink ink) {}

  @FormatMethod
  public Line add(Ink ink, String format, Object... arguments) {
    String text = String.format(format, arguments);
    int last = spans.size() - 1;
    if (last >= 0 && spans.get(last).ink() == ink) {
      spans.set(last, new Span(spans.get(last).text() + text, ink));
    } else {
      spans.add(new Span(text, ink));
    }
    return this;
  }

  @FormatMethod
  public Line add(String format, Object... arguments) {
    return add(Ink.PLAIN, format, arguments);
  }

  List<Span> spans() {
    return spans;
  }

  /** Without any colour. */
  public String text() {
    StringBuilder text = new StringBuilder();
    spans.forEach(span -> text.append(span.text()));
    return text.toString();
  }

  /** With the escape sequences of a terminal. */
  public String ansi() {
    StringBuilder text = new StringBuilder();
    for (Span span : spans) {
      text.append(span.ink().ansi()).append(span.text());
    }
    return text.append(Ink.PLAIN.ansi()).toString();
  }
}
