package io.nodewise.lb.contract;

import java.util.Set;
import java.util.TreeSet;

/** The threads that a client might leave behind. */
final class Threads {
  /**
   * Those of the servers and of the tests, and a few that are one for the whole JVM by design of
   * their makers: OkHttp's task runner and okio's watchdog go after a minute without work, the
   * SDK's reaper with the last of its Apache clients; its scheduler of forgotten streams, the event
   * loops of CRT and the common pool never.
   */
  private static final Set<String> OTHERS =
      Set.of(
          "qtp",
          "proxy-",
          "link-",
          "raw-",
          "S3Proxy",
          "Scheduler-",
          "main",
          "surefire",
          "junit",
          "OkHttp TaskRunner",
          "Okio Watchdog",
          "idle-connection-reaper",
          "ForkJoinPool.common",
          "Common-Cleaner",
          "Reference Handler",
          "Finalizer",
          "Signal Dispatcher",
          "Attach Listener",
          "Notification Thread",
          "awaitility",
          "process reaper",
          "Cleaner-",
          "contract-",
          "JNA Cleaner",
          "Jetty",
          "AwsEventLoop",
          "response-input-stream-timeout-scheduler");

  private Threads() {}

  /** Their names. */
  static Set<String> ofClients() {
    Set<String> found = new TreeSet<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (OTHERS.stream().noneMatch(thread.getName()::startsWith)) {
        found.add(thread.getName());
      }
    }
    return found;
  }
}
