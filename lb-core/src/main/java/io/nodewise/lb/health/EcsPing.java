package io.nodewise.lb.health;

import io.nodewise.lb.node.Node;

/**
 * Asks Dell ECS for its state, which stands in the body: the status is 200 even in maintenance. The
 * load it tells too is a number of connections without a maximum, so it makes no score. Immutable
 * and thread-safe.
 */
final class EcsPing implements ProductProbe {
  private static final ProbeRequest REQUEST = ProbeRequest.get("/?ping");
  private static final String ITEM_END = "</PingItem>";
  private static final String MAINTENANCE = "<Name>MAINTENANCE_MODE</Name>";

  @Override
  public ProbeRequest request(Node node) {
    return REQUEST;
  }

  @Override
  public boolean explains(ProbeAnswer answer) {
    return answer.status() == 200 && answer.body().contains("<PingList");
  }

  @Override
  public Verdict read(ProbeAnswer answer) {
    if (answer.status() != 200) {
      return Verdict.down(answer.status() + " (expected: 200)");
    }
    return inMaintenance(answer.body()) ? Verdict.drain("MAINTENANCE_MODE ON") : Verdict.up("200");
  }

  /** By position, since elements may come in any order within their item. */
  private static boolean inMaintenance(String body) {
    int name = body.indexOf(MAINTENANCE);
    int end = body.indexOf(ITEM_END, Math.max(name, 0));
    if (name < 0 || end < 0) {
      return false;
    }
    int start = Math.max(body.lastIndexOf(ITEM_END, name), 0);
    return body.substring(start, end).contains("<Status>ON</Status>");
  }

  @Override
  public String toString() {
    return REQUEST + " -> 200, MAINTENANCE_MODE ON -> DRAIN";
  }
}
