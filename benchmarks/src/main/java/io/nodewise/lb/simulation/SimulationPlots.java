package io.nodewise.lb.simulation;

import io.nodewise.lb.benchmarks.Picture;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The results as pictures. */
final class SimulationPlots {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 330;
  private static final int LEFT = 60;
  private static final int TOP = 40;
  private static final int BOTTOM = 40;
  private static final List<String> COLOURS = List.of("#4c78a8", "#f58518", "#54a24b", "#b279a2");

  private final Picture picture = new Picture(WIDTH, 12);

  private SimulationPlots() {}

  /** Requests on each node over time, of the first seed; new nodes in another colour. */
  static String loads(Cell cell) {
    Result run =
        cell.runs().stream()
            .filter(one -> one.setting().seed() == 1)
            .findFirst()
            .orElse(cell.runs().get(0));
    SimulationPlots plot = new SimulationPlots();
    plot.picture.text(10, 22, "start", "", "Requests on each node: " + cell.scenario().shown());
    int end = (int) run.scenario().end();
    int nodes = run.setting().nodes();
    double most = 1;
    for (int node = 0; node < nodes; node++) {
      for (int second = 0; second < end; second++) {
        most = Math.max(most, run.seen().load(node, second, second + 1));
      }
    }
    double across = (double) (WIDTH - LEFT - 20) / end;
    double up = (HEIGHT - TOP - BOTTOM) / most;
    boolean grows = run.scenario() == Scenario.SCALE_OUT;
    for (int node = 0; node < nodes; node++) {
      StringBuilder points = new StringBuilder();
      for (int second = 0; second < end; second++) {
        double load = run.seen().load(node, second, second + 1);
        points.append(
            String.format(
                Locale.ROOT,
                "%.1f,%.1f ",
                LEFT + (second + 0.5) * across,
                HEIGHT - BOTTOM - load * up));
      }
      plot.picture.polyline(
          COLOURS.get(grows && node >= nodes / 2 ? 1 : 0), points.toString().trim());
    }
    plot.axis(most);
    for (int second = 0; second <= end; second += 10) {
      plot.picture.text(LEFT + second * across, HEIGHT - BOTTOM + 16, "middle", "", second + " s");
    }
    if (grows) {
      plot.picture.text(WIDTH - 20, 22, "end", "", "blue: there from the start; orange: new");
    }
    return plot.picture.done(HEIGHT);
  }

  private void axis(double most) {
    picture.line(LEFT, TOP, LEFT, HEIGHT - BOTTOM);
    picture.line(LEFT, HEIGHT - BOTTOM, WIDTH - 20, HEIGHT - BOTTOM);
    picture.text(LEFT - 6, TOP + 4, "end", "", Cell.number(most));
    picture.text(LEFT - 6, HEIGHT - BOTTOM + 4, "end", "", "0");
  }

  /** The p99 of each cell as a bar; lengths are logarithmic, as they go from ten to thousands. */
  static String tails(List<Cell> cells) {
    SimulationPlots plot = new SimulationPlots();
    plot.picture.text(
        10, 22, "start", "", "p99 of small GETs during the trouble, ms (logarithmic)");
    double most = cells.stream().mapToDouble(cell -> cell.median(Result::p99)).max().orElse(10);
    int y = TOP;
    Scenario group = null;
    List<Cell> grouped =
        cells.stream()
            .sorted(Comparator.comparing(Cell::scenario).thenComparingInt(Cell::clients))
            .toList();
    for (Cell cell : grouped) {
      if (cell.scenario() != group) {
        group = cell.scenario();
        y += 8;
      }
      double p99 = cell.median(Result::p99);
      double length = Math.log10(Math.max(1.1, p99)) / Math.log10(most) * (WIDTH - 420);
      plot.picture.text(
          330,
          y + 11,
          "end",
          "",
          cell.scenario().shown() + ", " + cell.policy() + ", " + cell.clients() + " clients");
      plot.picture.rect(338, y, length, 13, COLOURS.get(cell.policy().ordinal() % COLOURS.size()));
      plot.picture.text(342 + length, y + 11, "start", "", Cell.number(p99));
      y += 16;
    }
    return plot.picture.done(y + 14);
  }
}
