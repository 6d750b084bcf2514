package io.nodewise.lb.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What the numbers were measured on, without names or paths of anybody's machine. */
public final class Machine {
  private Machine() {}

  public static String hardware() {
    int processors = Runtime.getRuntime().availableProcessors();
    return cpu() + ", " + processors + " processors, " + System.getProperty("os.name");
  }

  public static String jdk() {
    return "JDK "
        + System.getProperty("java.runtime.version")
        + " ("
        + System.getProperty("java.vm.name")
        + ")";
  }

  /** The load average of the last minute; negative where the system does not tell. */
  public static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  /** Whether other programs were running, judged by the load before the benchmark's own. */
  public static String quiet(double loadBefore) {
    if (loadBefore < 0) {
      return "load of the machine: unknown";
    }
    String load = String.format(Locale.ROOT, "load average before: %.1f", loadBefore);
    if (loadBefore < 0.5) {
      return load + ".";
    }
    return loadBefore < Runtime.getRuntime().availableProcessors()
        ? load
            + ". **Noisy**: other programs were running. One thread's medians hardly suffer, as most"
            + " iterations of 2 ms fall between the others' turns; two threads' do."
        : load
            + ". **Overloaded**: more was running than the machine has processors. Orders of"
            + " magnitude only: medians are too high, by a different factor from row to row.";
  }

  private static String cpu() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).trim();
        }
      }
    } catch (IOException e) {
      // Not Linux.
    }
    return System.getProperty("os.arch");
  }
}
