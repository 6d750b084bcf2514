package io.nodewise.examples.demo;

import io.nodewise.examples.demo.client.ClientUnderTest;
import io.nodewise.examples.demo.client.NodeRow;
import io.nodewise.examples.demo.load.Call;
import io.nodewise.examples.demo.load.CallLog;
import io.nodewise.examples.demo.load.Op;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * What came out, also the JSON of the report.
 *
 * @param problems why the run is no success; empty when it is one
 */
record Verdict(
    String client,
    long calls,
    long failed,
    long corrupted,
    long retried,
    long failovers,
    double p50Millis,
    double p99Millis,
    double maxMillis,
    List<NodeShare> perNode,
    List<FaultResult> faults,
    List<String> problems) {

  private static final int MAX_EXAMPLES = 5;

  /** Where the attempts went. */
  record NodeShare(String node, long calls, double share) {}

  /**
   * What one fault did to the calls that were under way while it lasted.
   *
   * @param inFlightOnNode calls under way on the node itself when it began
   * @param uploadsDuring of all calls, the large uploads that were half sent when it began
   * @param maxMillisBeyondTransfer the most that a call took longer than the median of its
   *     operation and size in the undisturbed parts of the run
   * @param slowest which call that was
   */
  record FaultResult(
      String kind,
      String node,
      long atMillis,
      long durationMillis,
      int inFlightOnNode,
      long callsDuring,
      long uploadsDuring,
      long failedCalls,
      double maxMillisDuring,
      double maxMillisBeyondTransfer,
      String slowest) {

    /** Whether the node was not given the time to end what it was doing. */
    boolean abrupt() {
      return !kind.equals(Fault.Kind.ROLLING_RESTART.toString());
    }
  }

  static Verdict of(ClientUnderTest.Kind kind, ClientUnderTest client, CallLog log, RunLog run) {
    List<Call> calls = log.calls();
    CallLog.Totals totals = log.totals();
    List<Fault> faults = run.faults();
    Map<String, Long> undisturbed = undisturbedNanos(calls, faults);
    List<FaultResult> results =
        faults.stream().map(fault -> result(fault, run.startNanos(), calls, undisturbed)).toList();
    List<NodeRow> rows = client.rows();
    return new Verdict(
        kind.toString(),
        totals.calls(),
        totals.failed(),
        totals.corrupted(),
        totals.retried(),
        client.failovers(),
        millis(totals.p50Nanos()),
        millis(totals.p99Nanos()),
        millis(totals.maxNanos()),
        rows.stream().map(r -> new NodeShare(r.node(), r.attempts(), round(r.share()))).toList(),
        results,
        problems(kind, client, calls, results));
  }

  boolean success() {
    return problems.isEmpty();
  }

  private static FaultResult result(
      Fault fault, long start, List<Call> calls, Map<String, Long> undisturbed) {
    List<Call> during =
        calls.stream().filter(c -> c.overlaps(fault.startNanos(), fault.endOrNow())).toList();
    long max = during.stream().mapToLong(Call::durationNanos).max().orElse(0);
    ToLongFunction<Call> beyond =
        call -> call.durationNanos() - undisturbed.getOrDefault(call.transferClass(), 0L);
    Optional<Call> slowest = during.stream().max(Comparator.comparingLong(beyond));
    return new FaultResult(
        fault.kind().toString(),
        fault.node(),
        TimeUnit.NANOSECONDS.toMillis(fault.startNanos() - start),
        TimeUnit.NANOSECONDS.toMillis(fault.endOrNow() - fault.startNanos()),
        fault.inFlight(),
        during.size(),
        during.stream().filter(c -> c.op() == Op.UPLOAD).count(),
        during.stream().filter(c -> c.error().isPresent()).count(),
        millis(max),
        millis(Math.max(0, slowest.map(beyond::applyAsLong).orElse(0L))),
        slowest.map(Call::summary).orElse(""));
  }

  /** The median time of each class of calls, of those that succeeded while nothing was broken. */
  private static Map<String, Long> undisturbedNanos(List<Call> calls, List<Fault> faults) {
    return calls.stream()
        .filter(call -> call.error().isEmpty())
        .filter(call -> faults.stream().noneMatch(f -> call.overlaps(f.startNanos(), f.endOrNow())))
        .collect(
            Collectors.groupingBy(
                Call::transferClass,
                Collectors.collectingAndThen(Collectors.toList(), Verdict::medianNanos)));
  }

  private static long medianNanos(List<Call> calls) {
    long[] sorted = calls.stream().mapToLong(Call::durationNanos).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static List<String> problems(
      ClientUnderTest.Kind kind,
      ClientUnderTest client,
      List<Call> calls,
      List<FaultResult> faults) {
    List<String> problems = new ArrayList<>();
    addExamples(problems, "failed", calls.stream().map(Call::error).toList());
    addExamples(problems, "corrupted", calls.stream().map(Call::corruption).toList());
    for (FaultResult fault : faults) {
      if (fault.callsDuring() == 0 || (fault.abrupt() && fault.inFlightOnNode() == 0)) {
        problems.add(fault.kind() + " of " + fault.node() + " met no call in flight");
      }
      if (fault.abrupt() && fault.uploadsDuring() == 0) {
        problems.add(fault.kind() + " of " + fault.node() + " met no upload in flight");
      }
    }
    if (kind == ClientUnderTest.Kind.NODEWISE && client.failovers() == 0) {
      problems.add("no failover happened");
    }
    return problems;
  }

  private static void addExamples(
      List<String> problems, String what, List<Optional<String>> messages) {
    Map<String, Long> counts =
        messages.stream()
            .flatMap(Optional::stream)
            .map(message -> message.replaceAll("\\(.*?Request ID.*?\\)", "").strip())
            .collect(Collectors.groupingBy(message -> message, Collectors.counting()));
    long all = counts.values().stream().mapToLong(Long::longValue).sum();
    if (all > 0) {
      problems.add(all + (all == 1 ? " call " : " calls ") + what);
    }
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .limit(MAX_EXAMPLES)
        .forEach(entry -> problems.add("  " + entry.getValue() + " x " + entry.getKey()));
  }

  private static double millis(long nanos) {
    return round(nanos / 1e6);
  }

  private static double round(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
