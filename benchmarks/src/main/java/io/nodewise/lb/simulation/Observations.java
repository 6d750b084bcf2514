package io.nodewise.lb.simulation;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What is noted down while a simulation runs: by tenths of a second, and in histograms for the span
 * that is looked at.
 */
final class Observations {
  /** Nanoseconds of one column. */
  static final long COLUMN = Timeline.SECOND / 10;

  /** Seconds in which a trouble is new: most of them are spent finding it out. */
  static final double EARLY = 15;

  private final Timeline timeline;
  private final int nodes;
  private final List<Column> columns = new ArrayList<>();
  private final Histogram small = new Histogram(3);
  private final Histogram early = new Histogram(3); // those of the first seconds only
  private double from;
  private double until = Double.MAX_VALUE;
  private int falseEjections;
  private int ejections;

  /** A tenth of a second. */
  static final class Column {
    int requests;
    int good;
    int failed;
    int attempts;
    final int[] attemptsOn;
    final int[] outstanding; // at its beginning

    private Column(int nodes) {
      attemptsOn = new int[nodes];
      outstanding = new int[nodes];
    }
  }

  Observations(Timeline timeline, int nodes) {
    this.timeline = timeline;
    this.nodes = nodes;
  }

  /**
   * Latencies are those of requests that begin in this span, in seconds, whenever they end: those
   * that a bad node still holds at the end of its trouble count, those begun before it don't.
   */
  void lookAt(double fromSeconds, double untilSeconds) {
    from = fromSeconds;
    until = untilSeconds;
  }

  private Column now() {
    int index = (int) (timeline.read() / COLUMN);
    while (columns.size() <= index) {
      columns.add(new Column(nodes));
    }
    return columns.get(index);
  }

  void request() {
    now().requests++;
  }

  void attempt(int node) {
    Column column = now();
    column.attempts++;
    column.attemptsOn[node]++;
  }

  /** A request ended well that began then. */
  void good(int bytes, long began) {
    now().good++;
    double seconds = began / 1e9;
    if (bytes <= Sizes.SMALL_BYTES && seconds >= from && seconds < until) {
      long micros = (timeline.read() - began) / 1000;
      small.recordValue(micros);
      if (seconds < from + EARLY) {
        early.recordValue(micros);
      }
    }
  }

  void failed() {
    now().failed++;
  }

  void ejected(boolean rightly) {
    ejections++;
    falseEjections += rightly ? 0 : 1;
  }

  void outstanding(List<SimulatedNode> all) {
    Column column = now();
    for (int i = 0; i < all.size(); i++) {
      column.outstanding[i] = all.get(i).outstanding();
    }
  }

  // Looking back.

  /** A quantile of the time until small objects were there, in milliseconds. */
  double smallMillis(double percentile) {
    return small.getValueAtPercentile(percentile) / 1000.0;
  }

  /** The same of those that began in the first {@link #EARLY} seconds of the span. */
  double earlyMillis(double percentile) {
    return early.getValueAtPercentile(percentile) / 1000.0;
  }

  /** The mean of that time, in milliseconds. */
  double smallMean() {
    return small.getMean() / 1000;
  }

  int falseEjections() {
    return falseEjections;
  }

  int ejections() {
    return ejections;
  }

  /** The columns of a span in seconds. */
  List<Column> span(double fromSeconds, double untilSeconds) {
    int end = (int) Math.min(columns.size(), Math.round(untilSeconds * 10));
    int begin = (int) Math.min(end, Math.round(Math.min(untilSeconds, fromSeconds) * 10));
    return columns.subList(begin, end);
  }

  /** Requests that ended well, a second. */
  double goodput(double fromSeconds, double untilSeconds) {
    List<Column> span = span(fromSeconds, untilSeconds);
    return span.stream().mapToInt(column -> column.good).sum() * 10.0 / span.size();
  }

  long good(double fromSeconds, double untilSeconds) {
    return span(fromSeconds, untilSeconds).stream().mapToInt(column -> column.good).sum();
  }

  long requests(double fromSeconds, double untilSeconds) {
    return span(fromSeconds, untilSeconds).stream().mapToInt(column -> column.requests).sum();
  }

  long failed(double fromSeconds, double untilSeconds) {
    return span(fromSeconds, untilSeconds).stream().mapToInt(column -> column.failed).sum();
  }

  /** Attempts for each request. */
  double amplification(double fromSeconds, double untilSeconds) {
    long attempts = span(fromSeconds, untilSeconds).stream().mapToInt(c -> c.attempts).sum();
    return (double) attempts / Math.max(1, requests(fromSeconds, untilSeconds));
  }

  /** The part of all attempts that was on the node. */
  double share(int node, double fromSeconds, double untilSeconds) {
    long all = 0;
    long its = 0;
    for (Column column : span(fromSeconds, untilSeconds)) {
      all += column.attempts;
      its += column.attemptsOn[node];
    }
    return all == 0 ? 0 : (double) its / all;
  }

  /** Requests on the node on average. */
  double load(int node, double fromSeconds, double untilSeconds) {
    return span(fromSeconds, untilSeconds).stream()
        .mapToInt(column -> column.outstanding[node])
        .average()
        .orElse(0);
  }
}
