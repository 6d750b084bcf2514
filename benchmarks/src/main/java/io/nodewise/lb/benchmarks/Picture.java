package io.nodewise.lb.benchmarks;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Locale;

/** An SVG picture in the making: shapes in pixels from the upper left. Not thread-safe. */
public final class Picture {
  private final int width;
  private final int fontSize;
  private final StringBuilder svg = new StringBuilder();

  public Picture(int width, int fontSize) {
    this.width = width;
    this.fontSize = fontSize;
  }

  public void rect(double x, double y, double rectWidth, double height, String fill) {
    append(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n",
        x, y, rectWidth, height, fill);
  }

  public void line(double x1, double y1, double x2, double y2) {
    append(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#333333\"/>%n",
        x1, y1, x2, y2);
  }

  /** Points as {@code x,y x,y}. */
  public void polyline(String stroke, String points) {
    append(
        "<polyline fill=\"none\" stroke=\"%s\" stroke-opacity=\"0.6\" points=\"%s\"/>%n",
        stroke, points);
  }

  /** Text that starts, has its middle or ends at x; attributes such as {@code fill="#555555"}. */
  public void text(double x, double y, String anchor, String attributes, String content) {
    String escaped = content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    append(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>%n",
        x, y, anchor, attributes.isEmpty() ? "" : " " + attributes, escaped);
  }

  /** The file. */
  public String done(int height) {
    return String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                + " viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"%d\">%n"
                + "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n",
            width,
            height,
            width,
            height,
            fontSize,
            width,
            height)
        + svg
        + "</svg>\n";
  }

  @FormatMethod
  private void append(String format, Object... arguments) {
    svg.append(String.format(Locale.ROOT, format, arguments));
  }
}
