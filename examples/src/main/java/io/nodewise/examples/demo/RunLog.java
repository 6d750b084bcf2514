package io.nodewise.examples.demo;

import io.nodewise.examples.view.Ink;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What was done to the cluster and when: the faults, and a line for each event. Thread-safe. */
final class RunLog {
  private final long startNanos = System.nanoTime();
  private final List<Fault> faults = new ArrayList<>(); // this and below guarded by this
  private final List<Event> events = new ArrayList<>();

  /** A moment worth a line. */
  record Event(long nanos, String text, Ink ink) {}

  long startNanos() {
    return startNanos;
  }

  synchronized void event(String text, Ink ink) {
    events.add(new Event(System.nanoTime(), text, ink));
  }

  /** A fault starts now; returns its number for {@link #end}. */
  synchronized int begin(Fault.Kind kind, String node, int inFlight) {
    faults.add(new Fault(kind, node, inFlight, System.nanoTime(), OptionalLong.empty()));
    return faults.size() - 1;
  }

  synchronized void end(int number) {
    faults.set(number, faults.get(number).ended());
  }

  synchronized List<Fault> faults() {
    return List.copyOf(faults);
  }

  synchronized List<Event> events() {
    return List.copyOf(events);
  }
}
