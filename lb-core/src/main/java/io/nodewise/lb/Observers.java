package io.nodewise.lb;

import io.nodewise.lb.observe.AttemptListener;
import io.nodewise.lb.observe.AttemptReport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who is told of attempts. Thread-safe; a request asks once, with one volatile read. */
final class Observers {
  private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

  private record Told(AttemptListener listener, Complaints complaints) {}

  private volatile List<Told> all = List.of(); // by add() and remove(), under this monitor

  private final String name;

  /** Of the load balancer of this name. */
  Observers(String name, List<AttemptListener> listeners) {
    this.name = name;
    listeners.forEach(this::add);
  }

  /** Whether anybody wants to hear of attempts that begin now. */
  boolean isAny() {
    List<Told> now = all;
    return (!now.isEmpty() && isAnyListening(now)) || FlightRecording.isOn();
  }

  private static boolean isAnyListening(List<Told> now) {
    for (Told told : now) {
      try {
        if (told.listener().isListening()) {
          return true;
        }
      } catch (Throwable e) { // as below
        told.complaints().about(e);
      }
    }
    return false;
  }

  synchronized void add(AttemptListener listener) {
    List<Told> more = new ArrayList<>(all);
    more.add(new Told(listener, new Complaints("A listener to attempts")));
    all = List.copyOf(more);
  }

  @SuppressWarnings("ReferenceEquality") // this very one
  synchronized void remove(AttemptListener listener) {
    all = all.stream().filter(told -> told.listener() != listener).toList();
  }

  /** On the thread that ended the attempt, and under no lock; {@code event}: if recorded. */
  void tell(AttemptReport report, @Nullable AttemptEvent event) {
    if (event != null) {
      try {
        FlightRecording.end(event, name, report);
      } catch (Throwable e) { // the same
        log.warn("An attempt could not be recorded: {}", e.toString());
      }
    }
    for (Told told : all) {
      try {
        told.listener().onAttempt(report);
      } catch (Throwable e) { // whatever it is: the request goes on
        told.complaints().about(e);
      }
    }
  }
}
