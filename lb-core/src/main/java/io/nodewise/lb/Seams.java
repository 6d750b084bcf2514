package io.nodewise.lb;

import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.probe.ProbeClient;
import io.nodewise.lb.probe.SocketProbeClient;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.ThreadTasks;
import io.nodewise.lb.time.Ticker;
import org.jspecify.annotations.Nullable;

/**
 * Where time, chance and the answers to probes come from. Not public: tests and the simulator reach
 * it through a bridge that is not published.
 *
 * @param given null: threads of its own
 * @param probeClient null: over sockets
 */
record Seams(
    Ticker ticker, @Nullable Tasks given, Randomness random, @Nullable ProbeClient probeClient) {
  static final Seams REAL = new Seams(Ticker.system(), null, Randomness.threadLocal(), null);

  Tasks tasks(String threads) {
    return given == null ? new ThreadTasks(threads) : given;
  }

  ProbeClient probes(String shown, Tasks background, @Nullable ClusterTls tls) {
    return probeClient == null
        ? new SocketProbeClient(shown, background, ticker, tls)
        : probeClient;
  }
}
