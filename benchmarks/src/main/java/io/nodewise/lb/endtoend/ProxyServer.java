package io.nodewise.lb.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A proxy that runs in the foreground, as nobody if this JVM is root's, on a loopback port. Whoever
 * started it closes it; the end of this JVM ends it too.
 */
final class ProxyServer implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(10);
  private static final List<String> AS_NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  private final int port;
  private final Path folder;
  private final ChildProcess process;

  private ProxyServer(int port, Path folder, ChildProcess process) {
    this.port = port;
    this.folder = folder;
    this.process = process;
  }

  /**
   * Starts an installed proxy and returns when it listens.
   *
   * @param templates the folder of the configurations
   */
  static ProxyServer start(ProxyProduct product, Path templates, StorageCluster cluster)
      throws IOException, InterruptedException {
    Path executable = product.executable().orElseThrow();
    Path folder = cluster.proxyFolder();
    int port = StorageCluster.freePort();
    Path config = folder.resolve(product.template());
    Files.writeString(
        config,
        ProxyProduct.filled(
            Files.readString(templates.resolve(product.template())),
            port,
            Runtime.getRuntime().availableProcessors(),
            folder,
            cluster.nodes().stream().map(StorageNode::authority).toList()));
    List<String> command = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))
        && Files.isExecutable(Path.of("/usr/bin/setpriv"))) {
      command.addAll(AS_NOBODY);
    }
    command.addAll(product.command(executable, config, folder));
    Path log = folder.resolve("output.log");
    ProxyServer server = new ProxyServer(port, folder, ChildProcess.start(command, log, "TERM"));
    if (!server.awaitListening()) {
      String output = Files.readString(log);
      server.close();
      throw new IOException(product.shown() + " does not listen: " + output);
    }
    return server;
  }

  private boolean awaitListening() throws InterruptedException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < START_TIMEOUT.toNanos() && process.isAlive()) {
      try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return probe.isConnected();
      } catch (IOException e) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
    return false;
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Processor time of all its processes so far. */
  long cpuNanos() {
    return process.cpuNanos();
  }

  @Override
  public void close() {
    process.close();
    StorageCluster.delete(folder);
  }
}
