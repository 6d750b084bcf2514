package io.nodewise.lb;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The cluster at one moment, for people, logs and metrics. Immutable. The numbers of different
 * nodes are read one after another while requests go on, so they need not add up.
 *
 * @param nodes the nodes, in the order of the set
 * @param sites the sites, or tiers of nodes, in order of priority
 * @param attempts attempts so far, of the present members
 * @param failovers how often a request went on at another node
 * @param resumes how often a node was asked for the rest of an answer that had broken off
 * @param refusals how often a request was refused because there was no node for it, or none left
 * @param retries what became of the retry budget
 * @param hedges what became of reads that waited too long on one node
 * @param panic whether so few of the nodes left in are eligible that verdicts are doubted
 * @param source where the nodes come from; null if they were given
 */
public record ClusterSnapshot(
    List<NodeSnapshot> nodes,
    List<SiteSnapshot> sites,
    long attempts,
    long failovers,
    long resumes,
    long refusals,
    RetrySnapshot retries,
    HedgeSnapshot hedges,
    boolean panic,
    @Nullable SourceSnapshot source) {

  private static final List<String> HEADER =
      List.of(
          "NODE",
          "STATE",
          "SINCE",
          "SHARE",
          "IN FLIGHT",
          "ATTEMPTS",
          "FAULTS",
          "P50",
          "P99",
          "REASON");

  /** Copies the lists. */
  public ClusterSnapshot {
    nodes = List.copyOf(nodes);
    sites = List.copyOf(sites);
  }

  /** How often a request was not sent again because the retry budget was spent. */
  public long deniedRetries() {
    return retries.denied();
  }

  /** Nodes that may be given requests. */
  public int eligible() {
    int count = 0;
    for (NodeSnapshot node : nodes) {
      if (node.state().eligible()) {
        count++;
      }
    }
    return count;
  }

  /** Attempts that have begun and not ended. */
  public int inFlight() {
    int count = 0;
    for (NodeSnapshot node : nodes) {
      count += node.inFlight();
    }
    return count;
  }

  /**
   * A table in plain text, a line per node and one for their source, if they have one, for a
   * terminal or a log.
   */
  public String toTable() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADER);
    for (NodeSnapshot node : nodes) {
      rows.add(
          List.of(
              node.node().id(),
              node.state().toString(),
              shortly(node.age()),
              String.format(Locale.ROOT, "%.1f%%", node.share() * 100),
              Integer.toString(node.inFlight()),
              Long.toString(node.attempts()),
              Long.toString(node.faults()),
              shortly(node.firstByteP50()),
              shortly(node.firstByteP99()),
              node.reason() + (node.paused() ? ", paused" : "")));
    }
    int[] widths = new int[HEADER.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder table = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        boolean number = i >= 2 && i <= 8;
        line.append(pad(row.get(i), widths[i], number)).append("  ");
      }
      table.append(line.toString().stripTrailing()).append('\n');
    }
    if (source != null) {
      table.append("SOURCE  ").append(source).append('\n');
    }
    return table.toString();
  }

  private static String pad(String text, int width, boolean right) {
    String blanks = " ".repeat(width - text.length());
    return right ? blanks + text : text + blanks;
  }

  private static String shortly(Duration duration) {
    if (duration.isZero()) {
      return "-";
    }
    double millis = duration.toNanos() / 1e6;
    if (millis < 10) {
      return String.format(Locale.ROOT, "%.1fms", millis);
    }
    if (millis < 1000) {
      return Math.round(millis) + "ms";
    }
    long seconds = duration.toSeconds();
    return seconds < 120 ? seconds + "s" : duration.toMinutes() + "m";
  }

  @Override
  public String toString() {
    return "Cluster["
        + eligible()
        + "/"
        + nodes.size()
        + " eligible, in flight "
        + inFlight()
        + ", attempts "
        + attempts
        + ", failovers "
        + failovers
        + (resumes > 0 ? ", resumes " + resumes : "")
        + (refusals > 0 ? ", refusals " + refusals : "")
        + (deniedRetries() > 0 ? ", retries denied " + deniedRetries() : "")
        + (hedges.begun() + hedges.denied() > 0 ? ", hedges " + hedges : "")
        + (panic ? ", PANIC" : "")
        + (source != null && source.failure() != null ? ", source failed: " + source.failure() : "")
        + "]";
  }
}
