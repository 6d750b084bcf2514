package io.nodewise.lb.endtoend;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One S3 node, and the faults it can be given. Not thread-safe; the cluster closes it. */
final class StorageNode implements AutoCloseable {
  /**
   * Compiled once and lightly: a node is at its speed after some hundred requests and leaves the
   * processors to what is measured. All arms meet the same nodes.
   */
  private static final List<String> JVM_OPTIONS =
      List.of(
          "-Xmx320m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:-UsePerfData", // its file would outlive a SIGKILL
          "-Djava.awt.headless=true");

  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final int PROBE_TIMEOUT_MILLIS = 500;

  private final int port;
  private final Path store;
  private final Path modeFile;
  private final Path log;
  private @Nullable ChildProcess process;
  private NodeMode mode = NodeMode.FAST;

  StorageNode(int port, Path store, Path folder) {
    this.port = port;
    this.store = store;
    this.modeFile = folder.resolve("mode-" + port);
    this.log = folder.resolve("node-" + port + ".log");
  }

  URI uri() {
    return URI.create("http://" + authority());
  }

  String authority() {
    return "127.0.0.1:" + port;
  }

  static String jvmOptions() {
    return String.join(" ", JVM_OPTIONS);
  }

  /** Starts the process; it serves once {@link #awaitReady} returned. */
  void start() throws IOException {
    mode(mode);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_OPTIONS);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(StorageNodeMain.class.getName());
    command.addAll(List.of(Integer.toString(port), store.toString(), modeFile.toString()));
    process = ChildProcess.start(command, log, "KILL");
  }

  /** Waits until the node answers its health check. */
  void awaitReady() throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (!answersHealthCheck()) {
      boolean late = System.nanoTime() - start > START_TIMEOUT.toNanos();
      if (late || !running().isAlive()) {
        throw new IOException(
            "node " + port + (late ? " is not ready: " : " ended: ") + Files.readString(log));
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** The node serves so from now on, also after a restart. */
  void mode(NodeMode next) throws IOException {
    mode = next;
    Path written = modeFile.resolveSibling(modeFile.getFileName() + ".new");
    Files.writeString(written, next.written());
    Files.move(written, modeFile, StandardCopyOption.ATOMIC_MOVE);
  }

  NodeMode mode() {
    return mode;
  }

  /** A crash: SIGKILL. */
  void kill() throws IOException, InterruptedException {
    running().signal("KILL");
    end();
  }

  /** A graceful stop: SIGTERM, and SIGKILL if that takes too long. */
  void terminate() throws IOException, InterruptedException {
    running().signal("TERM");
    end();
  }

  private void end() throws InterruptedException {
    running().awaitEnd(STOP_TIMEOUT);
    close();
  }

  /** The process stands still, its connections stay open: SIGSTOP. */
  void hang() throws IOException, InterruptedException {
    running().signal("STOP");
  }

  /** Goes on after {@link #hang}: SIGCONT. */
  void resume() throws IOException, InterruptedException {
    running().signal("CONT");
  }

  /** Processor time since its last start. */
  long cpuNanos() {
    return process == null ? 0 : process.cpuNanos();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
      process = null;
    }
  }

  private ChildProcess running() {
    if (process == null) {
      throw new IllegalStateException("node " + port + " does not run");
    }
    return process;
  }

  private boolean answersHealthCheck() {
    try {
      HttpURLConnection probe =
          (HttpURLConnection) uri().resolve(StorageNodeMain.HEALTH_PATH).toURL().openConnection();
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
