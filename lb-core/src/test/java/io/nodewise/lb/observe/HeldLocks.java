package io.nodewise.lb.observe;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.util.ArrayList;
import java.util.List;

/** Which locks of this project's the current thread holds: none, where foreign code is called. */
public final class HeldLocks {
  private HeldLocks() {}

  /** Monitors that were entered in our code, and lock objects of ours or that we can't tell. */
  public static List<String> ours() {
    long id = Thread.currentThread().getId();
    ThreadInfo info =
        ManagementFactory.getThreadMXBean().getThreadInfo(new long[] {id}, true, true)[0];
    List<String> held = new ArrayList<>();
    for (MonitorInfo monitor : info.getLockedMonitors()) {
      StackTraceElement where = monitor.getLockedStackFrame();
      boolean isTest = where.getClassName().endsWith("Test") || where.getClassName().endsWith("IT");
      if (where.getClassName().startsWith("io.nodewise.lb.") && !isTest) {
        held.add(monitor + " at " + where);
      }
    }
    for (LockInfo lock : info.getLockedSynchronizers()) {
      // A pool's worker holds its own while it runs a task.
      if (!lock.getClassName().equals("java.util.concurrent.ThreadPoolExecutor$Worker")) {
        held.add(lock.toString());
      }
    }
    return held;
  }
}
