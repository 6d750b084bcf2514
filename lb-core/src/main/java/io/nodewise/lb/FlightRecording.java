package io.nodewise.lb;

import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.Transition;
import io.nodewise.lb.observe.AttemptReport;
import io.nodewise.lb.observe.RequestDescription;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * A Java runtime may have been made without jdk.jfr. The classes of events are looked at only where it
 * is there, so without it nothing is recorded and nothing fails.
 */
/** What goes into flight recordings: nothing, and at no cost, while nobody records. */
final class FlightRecording {
  private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private FlightRecording() {}

  /** Whether attempts are being recorded. */
  static boolean isOn() {
    return PRESENT && new AttemptEvent().isEnabled();
  }

  /** An attempt begins; null if it is not recorded. */
  static @Nullable AttemptEvent begin() {
    if (!isOn()) {
      return null;
    }
    AttemptEvent event = new AttemptEvent();
    event.begin();
    return event;
  }

  /** It has ended. */
  static void end(AttemptEvent event, String cluster, AttemptReport report) {
    event.end();
    if (!event.shouldCommit()) {
      return;
    }
    event.cluster = cluster;
    event.node = report.node().id();
    event.number = report.number();
    event.kind = report.kind().name();
    event.host = report.host();
    RequestDescription request = report.request();
    if (request != null) {
      event.method = request.method();
      event.operation = request.operation();
    }
    Duration firstByte = report.firstByte();
    event.status = report.status();
    event.firstByte = firstByte == null ? 0 : firstByte.toNanos();
    event.sent = report.sent();
    event.received = report.received();
    event.outcome = report.outcome().kind().name();
    event.reason = report.reason();
    event.commit();
  }

  /** Who records transitions; nobody where that is not possible. */
  static List<LoadBalancerListener> transitions(String cluster) {
    return PRESENT ? List.of(new Transitions(cluster)) : List.of();
  }

  private record Transitions(String cluster) implements LoadBalancerListener {
    @Override
    public void onTransition(Transition transition) {
      new TransitionEvent(cluster, transition).commit();
    }
  }
}
