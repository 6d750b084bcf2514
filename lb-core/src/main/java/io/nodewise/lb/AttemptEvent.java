package io.nodewise.lb;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** One attempt, from its begin to its end, in a flight recording. Only where there is jdk.jfr. */
@Name("io.nodewise.Attempt")
@Label("Attempt")
@Category({"Nodewise", "Requests"})
@Description("One try of one request on one node, from its begin to the end of its answer")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // the recorder reads them
final class AttemptEvent extends Event {
  @Label("Cluster")
  @Description("The name of the load balancer")
  @Nullable String cluster;

  @Label("Node")
  @Nullable String node;

  @Label("Attempt Number")
  @Description("Within its request, from 1")
  int number;

  @Label("Kind")
  @Description("REQUEST, HEDGE (beside a late one) or REST (of a download that broke off)")
  @Nullable String kind;

  @Label("Host")
  @Description("The Host header that was named")
  @Nullable String host;

  @Label("Method")
  @Nullable String method;

  @Label("Operation")
  @Description("The S3 operation, where it is known")
  @Nullable String operation;

  @Label("Status")
  @Description("The HTTP status of the answer; 0 if there was none")
  int status;

  @Label("First Byte")
  @Description("From its begin to the first byte of the answer; 0 if there was none")
  @Timespan(Timespan.NANOSECONDS)
  long firstByte;

  @Label("Bytes Sent")
  @DataAmount
  long sent;

  @Label("Bytes Received")
  @DataAmount
  long received;

  @Label("Outcome")
  @Description("What it means for the node")
  @Nullable String outcome;

  @Label("Reason")
  @Description("Why, and so why the request moved on")
  @Nullable String reason;
}
