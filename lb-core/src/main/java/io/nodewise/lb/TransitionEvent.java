package io.nodewise.lb;

import io.nodewise.lb.node.Transition;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A node's change of state, in a flight recording. Only where there is jdk.jfr. */
@Name("io.nodewise.Transition")
@Label("Node Transition")
@Category({"Nodewise", "Nodes"})
@Description("A node is in another state than before")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // the recorder reads them
final class TransitionEvent extends Event {
  @Label("Cluster")
  @Description("The name of the load balancer")
  final String cluster;

  @Label("Node")
  final String node;

  @Label("From")
  final String from;

  @Label("To")
  final String to;

  @Label("Reason")
  final String reason;

  @Label("After")
  @Description("How long it had been in the state it left")
  @Timespan(Timespan.NANOSECONDS)
  final long after;

  TransitionEvent(String cluster, Transition transition) {
    this.cluster = cluster;
    this.node = transition.node().id();
    this.from = transition.from().name();
    this.to = transition.to().name();
    this.reason = transition.reason();
    this.after = transition.after().toNanos();
  }
}
