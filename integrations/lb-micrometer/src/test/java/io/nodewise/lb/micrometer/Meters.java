package io.nodewise.lb.micrometer;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Reads what meters say, summed over all that have the tags. */
final class Meters {
  private final MeterRegistry registry;

  Meters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Counters and timers: how often. */
  long count(String name, String... tags) {
    return Math.round(sum(Statistic.COUNT, name, tags));
  }

  /** Gauges. */
  double value(String name, String... tags) {
    return sum(Statistic.VALUE, name, tags);
  }

  /** Timers: the time of all together, in the registry's unit. */
  double total(String name, String... tags) {
    return sum(Statistic.TOTAL_TIME, name, tags);
  }

  private double sum(Statistic what, String name, String... tags) {
    double sum = 0;
    for (Meter meter : registry.find(name).tags(tags).meters()) {
      sum +=
          StreamSupport.stream(meter.measure().spliterator(), false)
              .filter(measurement -> measurement.getStatistic() == what)
              .mapToDouble(Measurement::getValue)
              .sum();
    }
    return sum;
  }

  Collection<Meter> ofNode(String id) {
    return registry.getMeters().stream()
        .filter(meter -> id.equals(meter.getId().getTag("node")))
        .toList();
  }

  Set<String> names() {
    return registry.getMeters().stream()
        .map(meter -> meter.getId().getName())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
