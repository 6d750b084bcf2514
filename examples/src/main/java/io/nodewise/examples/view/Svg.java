package io.nodewise.examples.view;

import com.google.errorprone.annotations.FormatMethod;
import java.util.List;
import java.util.Locale;

/** A frame as an SVG picture: monospaced text on a dark window. */
public final class Svg {
  private static final double CHAR_WIDTH = 8.4;
  private static final double LINE_HEIGHT = 20;
  private static final double MARGIN = 18;
  private static final double TITLE_BAR = 34;
  private static final String FONT =
      "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";

  private Svg() {}

  public static String of(String title, List<Line> lines) {
    int columns = lines.stream().mapToInt(line -> line.text().length()).max().orElse(0);
    double width = 2 * MARGIN + columns * CHAR_WIDTH;
    double height = TITLE_BAR + MARGIN + lines.size() * LINE_HEIGHT;
    StringBuilder svg = new StringBuilder();
    svg.append(
        format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\""
                + " height=\"%.0f\" font-family=\"%s\" font-size=\"14\">%n",
            width, height, width, height, FONT));
    svg.append(format("<title>%s</title>%n", escape(title)));
    svg.append("<rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"#161b26\"/>\n");
    String[] lights = {"#ff5f57", "#febc2e", "#28c840"};
    for (int i = 0; i < lights.length; i++) {
      svg.append(
          format("<circle cx=\"%d\" cy=\"17\" r=\"6\" fill=\"%s\"/>%n", 22 + 20 * i, lights[i]));
    }
    svg.append(
        format(
            "<text x=\"%.1f\" y=\"22\" text-anchor=\"middle\" fill=\"%s\">%s</text>%n",
            width / 2, Ink.DIM.hex(), escape(title)));
    for (int i = 0; i < lines.size(); i++) {
      append(svg, lines.get(i), TITLE_BAR + (i + 1) * LINE_HEIGHT - 4);
    }
    return svg.append("</svg>\n").toString();
  }

  /** Every span is put at its column and stretched to its width, whatever font there is. */
  private static void append(StringBuilder svg, Line line, double y) {
    int column = 0;
    for (Line.Span span : line.spans()) {
      String text = span.text();
      int lead = text.length() - text.stripLeading().length();
      String ink = text.strip();
      if (!ink.isEmpty()) {
        svg.append(
            format(
                "<text xml:space=\"preserve\" x=\"%.1f\" y=\"%.1f\" textLength=\"%.1f\""
                    + " lengthAdjust=\"spacingAndGlyphs\" fill=\"%s\"%s>%s</text>%n",
                MARGIN + (column + lead) * CHAR_WIDTH,
                y,
                ink.length() * CHAR_WIDTH,
                span.ink().hex(),
                span.ink() == Ink.BOLD ? " font-weight=\"bold\"" : "",
                escape(ink)));
      }
      column += text.length();
    }
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  @FormatMethod
  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
