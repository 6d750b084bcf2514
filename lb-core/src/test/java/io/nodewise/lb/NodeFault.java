package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;

import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.probe.ProbeResult;

/** What may happen to a node, as its requests and its probes see it. */
enum NodeFault {
  KILLED("process killed: connections are refused", refused(), refuses(), Ending.RESET),
  VANISHED("host gone: no packet comes back", noAnswer(), timesOut(), Ending.SILENT),
  HUNG("process stopped: takes connections, says nothing", noAnswer(), silent(), Ending.SILENT),
  HUNG_STORAGE("storage hangs, its probe says 200", up(), silent(), Ending.SILENT),
  ERRORS("answers 500 in 2 ms, its probe says 200", up(), fails(), Ending.AS_BEFORE),
  UNHEALTHY("its probe says 503, requests are answered", status(503), usual(), Ending.AS_BEFORE),
  SLOW("slow: 250 ms instead of 20 ms", up(), VirtualTraffic.answers(250), Ending.AS_BEFORE),
  MAINTENANCE("its probe says 412: maintenance", up(), usual(), Ending.AS_BEFORE);

  final String shown;
  final ProbeResult probe;
  final VirtualTraffic.Behaviour requests;
  final Ending running;

  NodeFault(String shown, ProbeResult probe, VirtualTraffic.Behaviour requests, Ending running) {
    this.shown = shown;
    this.probe = probe;
    this.requests = requests;
    this.running = running;
  }

  /** How a node behaves that is well. */
  static VirtualTraffic.Behaviour usual() {
    return VirtualTraffic.answers(20);
  }

  private static VirtualTraffic.Behaviour refuses() {
    return VirtualTraffic.unreachable(1, "connection refused");
  }

  private static VirtualTraffic.Behaviour timesOut() {
    return VirtualTraffic.unreachable(2_000, "connect timed out");
  }

  private static VirtualTraffic.Behaviour silent() {
    return VirtualTraffic.silent();
  }

  private static VirtualTraffic.Behaviour fails() {
    return VirtualTraffic.answers(2, Outcome.fault("HTTP 500"));
  }

  void begin(String id, VirtualCluster cluster, VirtualTraffic traffic) {
    if (this == MAINTENANCE) {
      cluster.probesSay(id, Verdict.drain("412"));
    } else {
      cluster.probesOf(id, probe);
    }
    traffic.behave(id, requests);
    switch (running) {
      case RESET -> traffic.cut(id, Outcome.fault("connection reset"));
      case SILENT -> traffic.goOn(id, VirtualTraffic.silent());
      case AS_BEFORE -> {}
    }
  }

  void end(String id, VirtualCluster cluster, VirtualTraffic traffic) {
    cluster.probesOf(id, up());
    traffic.behave(id, usual());
    if (this == HUNG || this == HUNG_STORAGE) {
      traffic.goOn(id, usual());
    }
  }

  /** What becomes of the requests that run on the node when the fault begins. */
  private enum Ending {
    RESET,
    SILENT,
    AS_BEFORE
  }
}
