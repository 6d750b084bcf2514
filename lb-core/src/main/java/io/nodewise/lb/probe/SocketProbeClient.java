package io.nodewise.lb.probe;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.Ticker;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Probes over sockets of its own: a new connection for every probe, so that a probe tells whether
 * the node takes connections at all. Thread-safe; closed by whoever made it, after the prober and
 * before the tasks.
 *
 * <p>Probes block, so each has a daemon thread while it runs, 32 at most at once; further ones
 * wait, and their time-out starts when they begin. A thread that is idle for 10 s ends.
 */
public final class SocketProbeClient implements ProbeClient {
  private final Tasks tasks;
  private final Ticker ticker;
  private final ProbeTls tls;
  private final ProbeThreads threads;
  private final Set<ProbeRun> running = ConcurrentHashMap.newKeySet(); // waiting ones too
  private volatile boolean closed; // written by close()

  /**
   * Threads are named {@code nodewise-probe-<name>-<n>}.
   *
   * @param settings for https; null for those of the JVM, with host names verified
   */
  public SocketProbeClient(String name, Tasks tasks, Ticker ticker, @Nullable ClusterTls settings) {
    this.tasks = tasks;
    this.ticker = ticker;
    tls = new ProbeTls(settings);
    threads = new ProbeThreads("nodewise-probe-" + name + "-");
  }

  @Override
  public void probe(
      Node node, HealthCheck check, @Nullable Probe question, Consumer<ProbeResult> done) {
    ProbeRun run = new ProbeRun(node, check, question, done, tasks, ticker, tls);
    running.add(run);
    try {
      threads.execute(
          () -> {
            run.run();
            running.remove(run);
          });
    } catch (RuntimeException | OutOfMemoryError noThread) { // the latter: no native thread
      running.remove(run);
      run.abandon(closed ? "probe client closed" : "no thread: " + noThread);
      return;
    }
    if (closed) { // close() may have looked before this one was added
      run.abandon("probe client closed");
    }
  }

  /**
   * Cuts the probes under way and waits for their threads to end, 5 s at most. Later probes end at
   * once. Further calls do nothing new.
   */
  @Override
  public void close() {
    closed = true;
    for (ProbeRun run : running) {
      run.abandon("probe client closed");
    }
    threads.close();
  }

  @Override
  public String toString() {
    return "SocketProbeClient[" + running.size() + " running]";
  }
}
