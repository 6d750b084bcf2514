package io.nodewise.lb.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/*
 * A block of bars for each group, a bar for each number of nodes, the fastest group first. From a few nanoseconds to tens of microseconds: logarithmic, or most bars would be a pixel
 * long. So lengths cannot be compared by eye; the value stands at the end of each bar, and lines mark
 * the powers of ten.
 */
/** Times as a picture. */
final class BarChart {

  /**
   * One bar.
   *
   * @param group what the bars of one block have in common
   * @param isOurs whether it is of Nodewise
   * @param nodes the nodes; 0 where there are none
   * @param bytes allocated; NaN where that was not measured
   */
  record Bar(String group, boolean isOurs, int nodes, double nanos, double bytes) {}

  private static final int WIDTH = 900;
  private static final int LEFT = 300;
  private static final int RIGHT = 120;
  private static final int BAR = 11;
  private static final int STEP = 13;
  private static final int GROUP_GAP = 7;
  private static final int TOP = 72;
  private static final double SHORTEST = 1; // nanosecond; where the axis begins

  private static final List<String> OURS = List.of("#9ecae1", "#4292c6", "#08519c");
  private static final List<String> OTHERS = List.of("#d0d0d0", "#a6a6a6", "#7a7a7a");

  private final Picture picture = new Picture(WIDTH, 11);
  private final Map<String, List<Bar>> groups = new LinkedHashMap<>();
  private final List<Integer> sizes;
  private final double longest;

  private BarChart(List<Bar> bars) {
    longest = bars.stream().mapToDouble(Bar::nanos).max().orElse(10);
    sizes = bars.stream().map(Bar::nodes).filter(n -> n > 0).distinct().sorted().toList();
    Map<String, List<Bar>> found = new LinkedHashMap<>();
    bars.forEach(bar -> found.computeIfAbsent(bar.group(), any -> new ArrayList<>()).add(bar));
    found.entrySet().stream()
        .sorted(Comparator.comparingDouble(entry -> worst(entry.getValue())))
        .forEach(entry -> groups.put(entry.getKey(), entry.getValue()));
  }

  private static double worst(List<Bar> bars) {
    return bars.stream().mapToDouble(Bar::nanos).max().orElse(0);
  }

  /** A picture of what so many threads measured. */
  static String of(List<Bar> bars, String title, int threads) {
    return new BarChart(bars)
        .draw(title + ", " + (threads == 1 ? "one thread" : threads + " threads"));
  }

  private String draw(String title) {
    int height = TOP + 20;
    for (List<Bar> group : groups.values()) {
      height += GROUP_GAP + group.size() * STEP;
    }
    picture.text(10, 24, "start", "font-size=\"16\" font-weight=\"bold\"", title);
    legend();
    for (double ten = SHORTEST; ten <= longest; ten *= 10) {
      picture.rect(x(ten), TOP - 4, 0.7, height - TOP, "#cccccc");
      picture.text(x(ten), TOP - 8, "middle", "fill=\"#555555\"", time(ten));
    }
    int y = TOP;
    for (Map.Entry<String, List<Bar>> group : groups.entrySet()) {
      y += GROUP_GAP;
      boolean ours = group.getValue().get(0).isOurs();
      picture.text(
          LEFT - 8,
          y + STEP * group.getValue().size() / 2.0 + 4,
          "end",
          ours ? "font-weight=\"bold\" fill=\"#08519c\"" : "",
          group.getKey());
      for (Bar one : group.getValue()) {
        bar(one, y);
        y += STEP;
      }
    }
    return picture.done(height);
  }

  private void legend() {
    int at = LEFT;
    for (int size : sizes) {
      picture.rect(at, 36, 11, 11, colour(OURS, size));
      picture.rect(at + 13, 36, 11, 11, colour(OTHERS, size));
      picture.text(at + 29, 46, "start", "", size + " nodes");
      at += 110;
    }
    picture.text(at, 46, "start", "fill=\"#555555\"", "blue: Nodewise; logarithmic");
  }

  private void bar(Bar one, int y) {
    double end = Math.max(x(Math.max(SHORTEST, one.nanos())), LEFT + 1.0);
    picture.rect(LEFT, y, end - LEFT, BAR, colour(one.isOurs() ? OURS : OTHERS, one.nodes()));
    String value = time(one.nanos());
    if (one.bytes() >= 0.5) {
      value += ", " + Math.round(one.bytes()) + " B";
    }
    picture.text(end + 5, y + BAR - 2, "start", "", value);
  }

  private double x(double nanos) {
    double share = Math.log(nanos / SHORTEST) / Math.log(Math.max(10, longest) / SHORTEST);
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  }

  private static String time(double nanos) {
    if (nanos >= 1000) {
      return String.format(Locale.ROOT, nanos >= 10_000 ? "%.0f µs" : "%.1f µs", nanos / 1000);
    }
    return String.format(Locale.ROOT, nanos >= 100 ? "%.0f ns" : "%.1f ns", nanos);
  }

  private String colour(List<String> shades, int size) {
    return shades.get(Math.max(0, sizes.indexOf(size)) % shades.size());
  }
}
