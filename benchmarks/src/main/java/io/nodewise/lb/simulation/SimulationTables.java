package io.nodewise.lb.simulation;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The results as text. */
final class SimulationTables {
  private SimulationTables() {}

  static String markdown(List<Cell> cells, List<String> circumstances, boolean quick) {
    StringBuilder page = new StringBuilder("# Simulation\n\n");
    circumstances.forEach(line -> page.append("- ").append(line).append('\n'));
    Setting usual = Setting.of(Policy.LEAST_LOADED, 20);
    page.append(
        String.format(
            Locale.ROOT,
            "%nReal load balancers, one a client, in virtual time; 20 nodes that together serve %.0f"
                + " requests a second, at three quarters of that unless the scenario says otherwise."
                + " What is simulated and what is not: [README](../README.md). Values are the median"
                + " over the seeds, with the least and the largest.%n%n",
            usual.capacity()));
    properties(page, cells);
    page.append("\n## Latency of small objects, load and failures\n\n");
    page.append(
        "Milliseconds, of the requests that begin during the trouble, from its first moment on; *new*:"
            + " of those in its first fifteen seconds, in which it is found out.\n\n");
    row(
        page,
        "scenario",
        "policy",
        "clients",
        "seeds",
        "p50",
        "p99",
        "p99, new",
        "p99.9",
        "goodput/s",
        "failed of requests",
        "attempts per request",
        "max/mean load",
        "ejected wrongly");
    row(
        page, "---", "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:",
        "--:");
    for (Cell cell : cells) {
      row(
          page,
          cell.scenario().shown(),
          cell.policy().toString(),
          Integer.toString(cell.clients()),
          Integer.toString(cell.runs().size()),
          cell.shown(Result::p50),
          cell.shown(Result::p99),
          Cell.number(cell.median(Result::p99Early)),
          cell.shown(Result::p999),
          Cell.number(cell.median(Result::goodput)),
          Cell.number(cell.median(Result::failed))
              + " / "
              + Cell.number(cell.median(Result::requests)),
          String.format(Locale.ROOT, "%.3f", cell.median(Result::amplification)),
          Cell.number(cell.median(Result::unevenness)),
          cell.shown(Result::falseEjections));
    }
    page.append("\n## The node in trouble\n\n");
    page.append(
        "Shares of all attempts; a fair one is 0.05. Found out: seconds until it has less than a"
            + " tenth of that; back: until it has half of it.\n\n");
    row(
        page,
        "scenario",
        "policy",
        "clients",
        "share",
        "until found out",
        "after",
        "found out",
        "back");
    row(page, "---", "---", "--:", "--:", "--:", "--:", "--:", "--:");
    for (Cell cell : cells) {
      if (cell.scenario().hasBadNode()) {
        row(
            page,
            cell.scenario().shown(),
            cell.policy().toString(),
            Integer.toString(cell.clients()),
            cell.shown(Result::badShare),
            cell.shown(Result::badShareBefore),
            cell.shown(Result::badShareAfter),
            cell.shown(Result::detect),
            cell.shown(Result::recover));
      }
    }
    overload(page, cells);
    dialogue(page);
    page.append("\n## Pictures\n\n![p99](simulation-p99.svg)\n\n");
    page.append("![Overload](simulation-overload.svg)\n\n");
    page.append("![Scale out](simulation-scale-out.svg)\n");
    if (quick) {
      page.append("\nQuick: one seed, the default policy, 20 clients.\n");
    }
    return page.toString();
  }

  private static void overload(StringBuilder page, List<Cell> cells) {
    page.append("\n## Overload\n\nRequests a second; seconds from the end of the trouble.\n\n");
    row(
        page,
        "scenario",
        "before",
        "during",
        "after",
        "goodput back",
        "last failure",
        "attempts per request",
        "ejected wrongly");
    row(page, "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:");
    for (Cell cell : cells) {
      Scenario scenario = cell.scenario();
      if (scenario == Scenario.OVERLOAD || scenario == Scenario.OVERLOAD_QUEUED) {
        row(
            page,
            scenario.shown(),
            cell.shown(run -> run.seen().goodput(5, scenario.from())),
            cell.shown(Result::goodput),
            cell.shown(run -> run.seen().goodput(scenario.until() + 5, scenario.end())),
            cell.shown(Result::goodputBack),
            cell.shown(Result::lastFailure),
            cell.shown(Result::amplification),
            cell.shown(Result::falseEjections));
      }
    }
  }

  static void dialogue(StringBuilder page) {
    page.append("\n## Dialogue's scenarios\n\n");
    page.append(
        "Rebuilt by what they are said to be; the mean of three seeds. Published is what Dialogue's"
            + " own report says of its balancing strategy. At least as good: more requests succeed,"
            + " or as many (to a tenth of a percent) and in no more than 5 % more time. The mean"
            + " is of those that succeed; theirs wait without end, ours give up after 30 s. The first"
            + " lasts two minutes here, theirs twenty. Not played: server_side_rate_limits, whose"
            + " answers take 200 s, beyond every clock of ours.\n\n");
    row(page, "scenario", "success", "mean", "attempts per request", "published", "roundRobin", "");
    row(page, "---", "--:", "--:", "--:", "---", "---", "---");
    for (DialogueScenario scenario : DialogueScenario.values()) {
      DialogueScenario.Outcome ours = scenario.play(Policy.LEAST_LOADED);
      DialogueScenario.Outcome inTurn = scenario.play(Policy.ROUND_ROBIN);
      row(
          page,
          scenario.shown(),
          String.format(Locale.ROOT, "%.1f %%", ours.successPercent()),
          String.format(Locale.ROOT, "%.3f s", ours.meanSeconds()),
          String.format(Locale.ROOT, "%.3f", ours.attempts()),
          scenario.published(),
          String.format(
              Locale.ROOT, "%.1f %%, %.3f s", inTurn.successPercent(), inTurn.meanSeconds()),
          scenario.isMatchedBy(ours) ? "at least as good" : "**miss**: " + scenario.reason());
    }
  }

  private static void properties(StringBuilder page, List<Cell> cells) {
    page.append("## What is demanded\n\n");
    row(page, "of leastLoaded", "at most", "median", "worst seed", "");
    row(page, "---", "--:", "--:", "--:", "---");
    for (Property property : Property.of(cells)) {
      row(
          page,
          property.demand(),
          Cell.number(property.limit()),
          Cell.number(property.median()),
          Cell.number(property.worst()),
          property.holds() ? "holds" : "**known miss**");
    }
  }

  private static void row(StringBuilder page, String... columns) {
    page.append("| ").append(String.join(" | ", columns)).append(" |\n");
  }

  static String csv(List<Cell> cells) {
    String head =
        "scenario,policy,clients,nodes,seed,p50_ms,p99_ms,p99_new_ms,p999_ms,goodput,requests,failed,"
            + "attempts_per_request,max_mean_load,bad_share,bad_share_before,bad_share_after,"
            + "detect_s,recover_s,goodput_back_s,last_failure_s,ejections,false_ejections,"
            + "events,seconds\n";
    return cells.stream()
        .flatMap(cell -> cell.runs().stream())
        .map(SimulationTables::csv)
        .collect(Collectors.joining("", head, ""));
  }

  private static String csv(Result run) {
    return String.format(
        Locale.ROOT,
        "%s,%s,%d,%d,%d,%.3f,%.3f,%.3f,%.3f,%.1f,%d,%d,%.5f,%.3f,%.6f,%.6f,%.6f,%.1f,%.1f,%.1f,%.1f,"
            + "%d,%d,%d,%.1f%n",
        run.scenario().shown(),
        run.setting().policy(),
        run.setting().clients(),
        run.setting().nodes(),
        run.setting().seed(),
        run.p50(),
        run.p99(),
        run.p99Early(),
        run.p999(),
        run.goodput(),
        run.requests(),
        run.failed(),
        run.amplification(),
        run.unevenness(),
        run.badShare(),
        run.badShareBefore(),
        run.badShareAfter(),
        run.detect(),
        run.recover(),
        run.goodputBack(),
        run.lastFailure(),
        run.seen().ejections(),
        run.falseEjections(),
        run.events(),
        run.seconds());
  }
}
