package io.nodewise.examples.demo.nodes;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One node as a process that can be broken: killed, hung and continued, terminated and started
 * again on the same port. Thread-safe; {@link #close} leaves no process behind, also of a node that
 * hangs.
 */
public final class NodeProcess implements AutoCloseable {
  /** Small and quick to start: the demo shares two cores with all its nodes. */
  private static final List<String> JVM_OPTIONS =
      List.of(
          "-Xmx192m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:-UsePerfData", // its file in the temp directory would outlive a SIGKILL
          "-Djava.awt.headless=true");

  /**
   * Stops the process $1 and continues it when standard input ends: when told so, or when this JVM
   * dies. A stopped process could not notice that itself and would stay for ever.
   */
  private static final String HANG =
      "trap '' INT HUP TERM; kill -STOP \"$1\" && echo stopped && cat >/dev/null; kill -CONT \"$1\"";

  private static final int PROBE_TIMEOUT_MILLIS = 500;
  private static final Duration END_TIMEOUT = Duration.ofSeconds(10);

  private final int port;
  private final Path store;
  private final Path log;
  private @Nullable Process process;
  private @Nullable Process hang;
  private boolean closed;

  NodeProcess(int port, Path store, Path log) {
    this.port = port;
    this.store = store;
    this.log = log;
  }

  public URI uri() {
    return URI.create("http://" + id());
  }

  /** Host and port, which is also the name the load balancer gives the node. */
  public String id() {
    return "127.0.0.1:" + port;
  }

  /** Starts the process; it serves once {@link #awaitReady} returned. */
  public synchronized void start() throws IOException {
    if (closed) {
      throw new IOException("node " + id() + " is closed");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_OPTIONS);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(NodeMain.class.getName());
    command.add(Integer.toString(port));
    command.add(store.toString());
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
  }

  /** Waits until the node answers its health check. */
  public void awaitReady(Duration timeout) throws IOException, InterruptedException {
    boolean ready = Await.until(timeout, () -> !alive() || healthy());
    if (!ready || !alive()) {
      throw new IOException(
          String.format(
              "node %s %s (its output: %s)",
              id(), ready ? "ended while it started" : "was not ready after " + timeout, log));
    }
  }

  /** A crash: SIGKILL. */
  public synchronized void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  /** A graceful stop: SIGTERM, and SIGKILL if that does not end it in time. */
  public void terminate() throws InterruptedException {
    Process running = current();
    if (running != null) {
      running.destroy();
      if (!running.waitFor(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        running.destroyForcibly().waitFor();
      }
    }
  }

  /** The process stands still, its connections stay open: SIGSTOP, until {@link #resume}. */
  public synchronized void hang() throws IOException {
    if (process == null || hang != null) {
      throw new IllegalStateException("node " + id() + " does not run");
    }
    hang =
        new ProcessBuilder("sh", "-c", HANG, "sh", Long.toString(process.pid()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader answer = hang.inputReader();
    if (!"stopped".equals(answer.readLine())) {
      throw new IOException("could not stop node " + id());
    }
  }

  /** SIGCONT after {@link #hang}; without one it does nothing. */
  public synchronized void resume() throws IOException, InterruptedException {
    if (hang != null) {
      hang.getOutputStream().close();
      hang.waitFor(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      hang.destroyForcibly();
      hang = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (process != null) {
      process.destroyForcibly(); // works on a stopped process too
    }
    if (hang != null) {
      hang.destroyForcibly();
      hang = null;
    }
    try {
      if (process != null) {
        process.waitFor(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized @Nullable Process current() {
    return process;
  }

  private boolean alive() {
    Process running = current();
    return running != null && running.isAlive();
  }

  private boolean healthy() {
    try {
      HttpURLConnection probe =
          (HttpURLConnection) uri().resolve(S3Node.HEALTH_PATH).toURL().openConnection();
      probe.setConnectTimeout(PROBE_TIMEOUT_MILLIS);
      probe.setReadTimeout(PROBE_TIMEOUT_MILLIS);
      probe.setRequestProperty("Connection", "close");
      int status = probe.getResponseCode();
      probe.disconnect();
      return status == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      return false; // not yet
    }
  }
}
