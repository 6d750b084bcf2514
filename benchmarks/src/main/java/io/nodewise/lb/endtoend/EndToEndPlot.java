package io.nodewise.lb.endtoend;

import io.nodewise.lb.benchmarks.Picture;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Three panels: calls a second, processor time of a call, and what calls waited in a drill. */
final class EndToEndPlot {
  private static final int WIDTH = 900;
  private static final int LEFT = 330;
  private static final int LONGEST = WIDTH - LEFT - 150;
  private static final int BAR = 12;
  private static final int STEP = 15;
  private static final String OURS = "#08519c";
  private static final String OTHERS = "#a6a6a6";
  private static final String PROXY = "#d9773f";

  private final Picture picture = new Picture(WIDTH, 11);
  private int y = 10;

  private EndToEndPlot() {}

  static String of(Measured measured) {
    EndToEndPlot plot = new EndToEndPlot();
    plot.title("Calls a second");
    measured.speed().forEach((workload, arms) -> plot.speed(workload, Measured.sums(arms)));
    plot.title("Processor time of a call, µs: client (blue, grey) and proxy (orange)");
    measured.speed().forEach((workload, arms) -> plot.cpu(workload, Measured.sums(arms)));
    plot.title("p99 during a fault, ms (logarithmic), and how many calls failed from then on");
    measured.drills().forEach((drill, outcome) -> plot.drill(drill, outcome.byArm()));
    return plot.picture.done(plot.y + 10);
  }

  private void title(String text) {
    y += 24;
    picture.text(10, y, "start", "font-size=\"15\" font-weight=\"bold\"", text);
    y += 10;
  }

  private void speed(Workload workload, Map<String, Tally> arms) {
    heading(workload.shown());
    double most = most(arms, Tally::perSecond);
    arms.forEach(
        (arm, tally) -> {
          double length = tally.perSecond() / most * LONGEST;
          picture.rect(LEFT, y, length, BAR, colour(arm));
          end(arm, length, EndToEndTables.number(tally.perSecond()));
        });
  }

  private void cpu(Workload workload, Map<String, Tally> arms) {
    heading(workload.shown());
    double most = most(arms, tally -> tally.clientCpu() + tally.proxyCpu());
    arms.forEach(
        (arm, tally) -> {
          double client = tally.clientCpu() / most * LONGEST;
          double proxy = tally.proxyCpu() / most * LONGEST;
          picture.rect(LEFT, y, client, BAR, colour(arm));
          picture.rect(LEFT + client, y, proxy, BAR, PROXY);
          double sum = tally.clientCpu() + tally.proxyCpu();
          end(arm, client + proxy, EndToEndTables.number(sum));
        });
  }

  private void drill(Drill drill, Map<String, DrillResult> arms) {
    heading(drill.shown());
    double longest = Math.log10((double) Arm.CALL_TIMEOUT.toMillis());
    arms.forEach(
        (arm, result) -> {
          double length =
              Math.max(1, Math.log10(Math.max(1, result.p99During())) / longest * LONGEST);
          picture.rect(LEFT, y, length, BAR, colour(arm));
          end(
              arm,
              length,
              EndToEndTables.number(result.p99During())
                  + (result.failed() == 0 ? "" : ", " + result.failed() + " failed"));
        });
  }

  private void heading(String text) {
    y += 6;
    picture.text(10, y + BAR - 2, "start", "font-weight=\"bold\"", text);
  }

  private void end(String arm, double length, String value) {
    picture.text(LEFT - 6, y + BAR - 2, "end", "", arm);
    picture.text(LEFT + length + 5, y + BAR - 2, "start", "", value);
    y += STEP;
  }

  private static double most(Map<String, Tally> arms, ToDoubleFunction<Tally> value) {
    return List.copyOf(arms.values()).stream().mapToDouble(value).max().orElse(1);
  }

  private static String colour(String arm) {
    return arm.startsWith(Arms.NODEWISE) ? OURS : OTHERS;
  }
}
