package io.nodewise.lb;

import io.nodewise.lb.cluster.Hedges;
import io.nodewise.lb.cluster.LiveNode;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.observe.AttemptReport;
import io.nodewise.lb.observe.RequestDescription;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/*
 * Another class and not some fields more, so that attempts nobody wants to hear of pay nothing. What is
 * noted here has one writer at a time, as has all that an attempt is told but its end; whoever ends it
 * reads it, so it is volatile.
 */
/** An attempt, of a hedge too, that notes what is to be reported of it, and reports it. */
final class ObservedAttempt extends NodeAttempt {
  private static final long NONE = -1;

  private final Observers observers;
  private final AttemptReport.Kind kind;
  private final int number;
  private final boolean read;
  private final @Nullable RequestDescription request;
  private final @Nullable Hedges hedges; // of a hedge
  private final @Nullable AttemptEvent event = FlightRecording.begin();
  private volatile int status; // this and the following by the thread that does the I/O
  private volatile long firstByte = NONE; // nanoseconds since the beginning
  private volatile long sent;
  private volatile long received;

  ObservedAttempt(
      LiveNode node,
      ObservedRoute route,
      AttemptReport.Kind kind,
      boolean hasBody,
      boolean hasAlternative) {
    super(node, route.sweeper(), route.own(), hasBody, route.isRead(), hasAlternative);
    this.observers = route.observers();
    this.kind = kind;
    this.number = route.attempts();
    this.read = route.isRead();
    this.request = route.description();
    this.hedges = kind == AttemptReport.Kind.HEDGE ? route.hedges() : null;
  }

  @Override
  public void status(int code) {
    status = code;
  }

  @Override
  public void firstByte() {
    begins(true);
  }

  @Override
  public void firstByteOfError() {
    begins(false);
  }

  private void begins(boolean isServed) {
    if (!answered(isServed)) {
      return;
    }
    firstByte = age();
    if (hedges != null && isServed) {
      hedges.won();
    }
  }

  @Override
  public void bodySent(long bytes) {
    long before = sent;
    sent = before + bytes;
  }

  @Override
  public void idle(long bytes) {
    super.idle(bytes);
    long before = received;
    received = before + bytes;
  }

  @Override
  protected void reported(Outcome outcome) {
    long begun = firstByte;
    observers.tell(
        new AttemptReport(
            node(),
            number,
            kind,
            read,
            request,
            status,
            begun == NONE ? null : Duration.ofNanos(begun),
            Duration.ofNanos(age()),
            sent,
            received,
            outcome),
        event);
  }

  @Override
  public String toString() {
    return (hedges == null ? "Attempt[" : "Hedge[") + node().id() + "]";
  }
}
