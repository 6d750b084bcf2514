package io.nodewise.lb.contract;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The threads that a client might leave behind. */
final class Threads {
  /**
   * Those of the servers and of the tests, and a few that are one for the whole JVM by design of
   * their makers: OkHttp's task runner and okio's watchdog go after a minute without work; the
   * SDK's schedulers of forgotten streams and publishers, the event loops of CRT and the common
   * pool never; the JVM's timer of pooled connections with the last of these.
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
          "Keep-Alive-Timer",
          "Jetty",
          "AwsEventLoop",
          "response-input-stream-timeout-scheduler",
          "response-publisher-timeout-scheduler");

  private Threads() {}

  /** Their names. */
  static Set<String> ofClients() {
    Set<String> found = new TreeSet<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (OTHERS.stream().noneMatch(thread.getName()::startsWith) && !isIdleOfTheJdk(thread)) {
        found.add(thread.getName());
      }
    }
    return found;
  }

  /**
   * The JDK's pool for {@code AsynchronousFileChannel}, by which asynchronous clients read and
   * write files: daemons without a name of their own, which end after a minute without work.
   */
  private static boolean isIdleOfTheJdk(Thread thread) {
    if (!thread.isDaemon() || !thread.getName().matches("Thread-\\d+")) {
      return false;
    }
    List<StackTraceElement> stack = List.of(thread.getStackTrace());
    return stack.stream().allMatch(frame -> "java.base".equals(frame.getModuleName()))
        && stack.stream().anyMatch(frame -> frame.getMethodName().equals("getTask"));
  }
}
