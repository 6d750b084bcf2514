package io.nodewise.lb.benchmarks;

import java.util.List;
import java.util.Locale;

/*
 * Horizontal bars in groups, one bar a row, one colour a thread count; the value stands at the end
 * of its bar. A bar that is longer than the scale would make all others unreadable, so the scale ends
 * at the longest bar and nothing is logarithmic: lengths can be compared by eye.
 */
/** The rows as a picture. */
final class BarChart {
  private static final int WIDTH = 860;
  private static final int LEFT = 235;
  private static final int RIGHT = 110;
  private static final int BAR = 14;
  private static final int STEP = 17;
  private static final int GROUP_GAP = 12;
  private static final int TOP = 58;
  private static final List<String> COLOURS = List.of("#4c78a8", "#f58518", "#54a24b", "#b279a2");

  private final StringBuilder svg = new StringBuilder();
  private final List<Integer> threads;
  private final double longest;

  private BarChart(List<PickRow> rows) {
    threads = rows.stream().map(PickRow::threads).distinct().sorted().toList();
    longest = rows.stream().mapToDouble(PickRow::median).max().orElse(1);
  }

  static String of(List<PickRow> rows, String title) {
    return new BarChart(rows).draw(rows, title);
  }

  private String draw(List<PickRow> rows, String title) {
    text(10, 24, "start", "font-size=\"16\" font-weight=\"bold\"", title);
    legend();
    int y = TOP;
    String group = "";
    for (PickRow row : rows) {
      boolean newGroup = !row.group().equals(group);
      if (newGroup) {
        group = row.group();
        y += GROUP_GAP;
        text(10, y + BAR - 3, "start", "font-weight=\"bold\"", group);
      }
      bar(row, y);
      y += STEP;
    }
    int height = y + 14;
    return String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                + " viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n"
                + "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n",
            WIDTH,
            height,
            WIDTH,
            height,
            WIDTH,
            height)
        + svg
        + "</svg>\n";
  }

  private void legend() {
    int x = LEFT;
    for (int count : threads) {
      rect(x, 36, 12, 12, colour(count));
      text(x + 17, 46, "start", "", count + (count == 1 ? " thread" : " threads"));
      x += 100;
    }
  }

  private void bar(PickRow row, int y) {
    boolean first = row.threads() == threads.get(0);
    if (first && row.nodes() > 0) {
      text(LEFT - 8, y + BAR - 3, "end", "fill=\"#555555\"", row.nodes() + " nodes");
    }
    double length = Math.max(1, row.median() / longest * (WIDTH - LEFT - RIGHT));
    rect(LEFT, y, length, BAR, colour(row.threads()));
    String value = String.format(Locale.ROOT, "%.1f ns", row.median());
    if (row.bytes() >= 0.5) {
      value += ", " + Math.round(row.bytes()) + " B";
    }
    text(LEFT + length + 5, y + BAR - 3, "start", "", value);
  }

  private String colour(int count) {
    return COLOURS.get(threads.indexOf(count) % COLOURS.size());
  }

  private void rect(double x, double y, double width, double height, String fill) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n",
            x,
            y,
            width,
            height,
            fill));
  }

  private void text(double x, double y, String anchor, String attributes, String content) {
    String escaped = content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>%n",
            x,
            y,
            anchor,
            attributes.isEmpty() ? "" : " " + attributes,
            escaped));
  }
}
