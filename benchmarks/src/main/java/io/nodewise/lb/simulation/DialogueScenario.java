package io.nodewise.lb.simulation;

import io.nodewise.lb.simulation.SimulatedNode.Answer;
import io.nodewise.lb.simulation.SimulatedNode.Mood;
import io.nodewise.lb.simulation.SimulatedNode.Script;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/*
 * Nodes answer by a script, as theirs do: in a fixed time, or in one that grows with what they have
 * and is five times as long beyond a capacity. Requests are evenly spaced, as theirs are. Ours give
 * up after a deadline; theirs wait for as long as it takes, which in three of these is minutes.
 */
/**
 * The scenarios of the simulation of Palantir's Dialogue, rebuilt by what they are said to be, with
 * the figures of its own report for its balancing strategy (CONCURRENCY_LIMITER_ROUND_ROBIN).
 */
enum DialogueScenario {
  SIMPLEST_POSSIBLE_CASE(100, 0.786, of(11, 120), steady(0.6), steady(0.8), steady(1)),
  SLOWDOWN_AND_ERROR_THRESHOLDS(
      100, 178.7, of(500, 20), failing(0.6, 30, 40), failing(0.8, 30, 40), failing(1, 30, 40)),
  SLOW_503S_THEN_REVERT(
      100, 0.0888, of(200, 15), growing(0.06, 60), during(3, 10, 503, 1, growing(0.06, 60))),
  FAST_503S_THEN_REVERT(
      100, 0.1201, of(500, 90), steady(0.12), during(3, 60, 503, 0, steady(0.12))),
  FAST_400S_THEN_REVERT(
      93.6, 0.1136, of(100, 60), steady(0.12), during(3, 30, 400, 0.02, steady(0.12))),
  SHORT_OUTAGE_ON_ONE_NODE(
      99.4, 4.351, of(20, 80).clients(1), steady(2), during(30, 50, 500, 0, steady(2))),
  DRASTIC_SLOWDOWN(
      100, 0.252, of(200, 20), growing(0.06, 60), during(3, 10, 200, 10, growing(0.06, 60))),
  ALL_NODES_500(
      74.1,
      3.347,
      of(100, 20),
      during(0, 10, 500, 0.6, steady(0.6)),
      during(0, 10, 500, 0.6, steady(0.6))),
  BLACK_HOLE(91.5, 0.6, of(200, 10).fallingSilent(), steady(0.6), steady(0.6)),
  ONE_ENDPOINT_DIES_ON_EACH_SERVER(
      66.2, 2.028, of(250, 10).kinds(2), breaking(0.6, 0), breaking(0.6, 1)),
  LIVE_RELOADING(
      92.9, 5.351, of(250, 10).withLateNode(), growing(0.6, 60), broken(0.6, 60), growing(0.6, 60)),
  UNCOMMON_FLAKES(99, 0.000001, of(1000, 10), flaky(0.01), flaky(0.01)),
  ONE_BIG_SPIKE(100, 1.58, of(30_000, 1 / 30.0).clients(1), limited(0.15, 100), limited(0.15, 100)),
  STICKY_STEADY_AND_BURSTY(96.9, 24.93, of(1, 60).clients(1).burst(10_000), limited(0.005, 1)),
  STICKY_FAIRNESS(88.3, 32.04, of(30, 60), limited(0.15, 2));

  /** Seeds that the figures are means of. */
  private static final int SEEDS = 3;

  /** Whoever waits for longer gives up. */
  private static final double DEADLINE = 30;

  /**
   * Who asks, and how much.
   *
   * @param kinds of requests, told apart by their sizes
   * @param burst so many more requests at second 0
   * @param silent whether the second node falls silent at second 3
   * @param late whether the third node comes at second 5
   */
  private record Traffic(
      double perSecond,
      double until,
      int clients,
      int kinds,
      int burst,
      boolean silent,
      boolean late) {
    Traffic clients(int count) {
      return new Traffic(perSecond, until, count, kinds, burst, silent, late);
    }

    Traffic kinds(int count) {
      return new Traffic(perSecond, until, clients, count, burst, silent, late);
    }

    Traffic burst(int count) {
      return new Traffic(perSecond, until, clients, kinds, count, silent, late);
    }

    Traffic fallingSilent() {
      return new Traffic(perSecond, until, clients, kinds, burst, true, late);
    }

    Traffic withLateNode() {
      return new Traffic(perSecond, until, clients, kinds, burst, silent, true);
    }
  }

  /** What came of it: the mean time of those that succeeded, in seconds. */
  record Outcome(double successPercent, double meanSeconds, double attempts) {}

  private final double publishedPercent;
  private final double publishedSeconds;
  private final Traffic traffic;
  private final List<Script> scripts;

  DialogueScenario(double percent, double seconds, Traffic traffic, Script... scripts) {
    this.publishedPercent = percent;
    this.publishedSeconds = seconds;
    this.traffic = traffic;
    this.scripts = List.of(scripts);
  }

  private static Traffic of(double perSecond, double until) {
    return new Traffic(perSecond, until, 10, 1, 0, false, false);
  }

  private static Script steady(double seconds) {
    return (now, inFlight, bytes) -> new Answer(200, seconds);
  }

  private static double growingTime(double seconds, int inFlight, int capacity) {
    return inFlight > capacity ? 5 * seconds : seconds + seconds * inFlight / capacity;
  }

  private static Script growing(double seconds, int capacity) {
    return (now, inFlight, bytes) -> new Answer(200, growingTime(seconds, inFlight, capacity));
  }

  private static Script broken(double seconds, int capacity) {
    return (now, inFlight, bytes) -> new Answer(500, growingTime(seconds, inFlight, capacity));
  }

  private static Script failing(double seconds, int slowFrom, int failsFrom) {
    return (now, inFlight, bytes) ->
        new Answer(inFlight > failsFrom ? 500 : 200, growingTime(seconds, inFlight, slowFrom));
  }

  private static Script limited(double seconds, int most) {
    return (now, inFlight, bytes) -> new Answer(inFlight > most ? 429 : 200, seconds);
  }

  /** One kind of requests fails from second 3 on. */
  private static Script breaking(double seconds, int kind) {
    return (now, inFlight, bytes) ->
        new Answer(now >= 3 && bytes == Sizes.SMALL_BYTES - kind ? 500 : 200, seconds);
  }

  /** Every hundredth, say, fails, at once as the others. */
  private static Script flaky(double rate) {
    int[] asked = new int[1];
    int every = (int) Math.round(1 / rate);
    return (now, inFlight, bytes) -> new Answer(++asked[0] % every == 0 ? 500 : 200, 1e-6);
  }

  private static Script during(
      double from, double until, int status, double time, Script otherwise) {
    return (now, inFlight, bytes) -> {
      if (now < from || now >= until) {
        return otherwise.answer(now, inFlight, bytes);
      }
      boolean grows = time >= 1; // theirs grow so in the scenarios of slow answers
      return new Answer(status, grows ? growingTime(time, inFlight, 60) : time);
    };
  }

  String shown() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What Dialogue's own report says. */
  String published() {
    return String.format(Locale.ROOT, "%.1f %%, %.3f s", publishedPercent, publishedSeconds);
  }

  /**
   * Whether it is at least as good: more requests succeed, or as many (to a tenth of a percent) in
   * a mean time that is no more than a twentieth longer.
   */
  boolean isMatchedBy(Outcome outcome) {
    double more = outcome.successPercent() - publishedPercent;
    return more > 0.1
        || (more >= -0.1
            && outcome.meanSeconds()
                <= 1.05 * publishedSeconds + Setting.ROUND_TRIP / 1e9); // they have no network
  }

  /** Where it is not: why. */
  String reason() {
    return switch (this) {
      case SLOWDOWN_AND_ERROR_THRESHOLDS ->
          "500 for overload is taken for a fault and tried elsewhere at once; theirs hold requests"
              + " back in the client, for minutes";
      case SLOW_503S_THEN_REVERT -> "a 503 is load: the SDK's back-off goes before the next node";
      case FAST_400S_THEN_REVERT ->
          "a 400 is the request's fault, and a node that says so at once is quick";
      case ALL_NODES_500 -> "theirs hold requests back in the client until it is over";
      case ONE_BIG_SPIKE ->
          "theirs hold requests back in the client; ours spend the retry budget and give up";
      case STICKY_STEADY_AND_BURSTY, STICKY_FAIRNESS ->
          "theirs hold requests back in the client; ours would with limits in flight, in the"
              + " caller's threads, which one thread of virtual time has none of";
      default -> "";
    };
  }

  /** The mean over the seeds. */
  Outcome play(Policy policy) {
    List<Outcome> all = new ArrayList<>();
    for (long seed = 1; seed <= SEEDS; seed++) {
      all.add(play(policy, seed));
    }
    return new Outcome(
        all.stream().mapToDouble(Outcome::successPercent).average().orElse(0),
        all.stream().mapToDouble(Outcome::meanSeconds).average().orElse(0),
        all.stream().mapToDouble(Outcome::attempts).average().orElse(0));
  }

  private Outcome play(Policy policy, long seed) {
    Hardware quick = new Hardware(1, 0, 1e12, 1e12, 1, 0); // for probes
    Setting setting =
        new Setting(
            policy, traffic.clients(), scripts.size(), 1, 1, DEADLINE, quick, Sizes.SMALL, seed);
    double end = traffic.until() + DEADLINE + 2;
    try (Simulation run = new Simulation(setting, scripts.size() - (traffic.late() ? 1 : 0))) {
      run.observations().lookAt(0, end);
      for (int i = 0; i < scripts.size(); i++) {
        run.node(i).follow(scripts.get(i));
      }
      troubles().forEach(trouble -> trouble.accept(run));
      for (int i = 0; i < traffic.burst(); i++) {
        run.send(run.clients().get(0), Sizes.SMALL_BYTES);
      }
      run.startEvenly(
          traffic.perSecond(),
          traffic.until(),
          () -> Sizes.SMALL_BYTES - run.random().nextInt(traffic.kinds()));
      run.runUntil(end);
      Observations seen = run.observations();
      return new Outcome(
          100.0 * seen.good(0, end) / seen.requests(0, end),
          seen.smallMean() / 1000,
          seen.amplification(0, end));
    }
  }

  private List<Consumer<Simulation>> troubles() {
    Consumer<Simulation> silence =
        run -> run.timeline().at(3, () -> run.node(1).become(Mood.SILENT));
    Consumer<Simulation> arrival = run -> run.timeline().at(5, () -> run.grow(scripts.size(), 0));
    return Arrays.asList(
        traffic.silent() ? silence : run -> {}, traffic.late() ? arrival : run -> {});
  }
}
