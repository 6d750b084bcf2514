package io.nodewise.examples.demo.nodes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * The cluster of the demo: node processes over one shared directory. {@link #close} ends all of
 * them and removes the directory; so does the end of this JVM.
 */
public final class LocalCluster implements AutoCloseable {
  /** The most nodes of a cluster; a block of so many ports is looked for. */
  public static final int MAX_NODES = 16;

  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final int FIRST_PORT = 9001;

  private final Path directory;
  private final List<NodeProcess> nodes;
  private final Thread atExit = new Thread(this::end, "demo-end");

  private LocalCluster(Path directory, List<NodeProcess> nodes) {
    this.directory = directory;
    this.nodes = nodes;
  }

  /** Starts the nodes, side by side, and returns when all of them serve. */
  public static LocalCluster start(int count) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("nodewise-demo-");
    Path store = Files.createDirectory(directory.resolve("store"));
    int base = freeBlock();
    List<NodeProcess> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path log = directory.resolve("node-" + (i + 1) + ".log");
      nodes.add(new NodeProcess(base + i, store, log));
    }
    LocalCluster cluster = new LocalCluster(directory, List.copyOf(nodes));
    Runtime.getRuntime().addShutdownHook(cluster.atExit);
    try {
      for (NodeProcess node : nodes) {
        node.start();
      }
      for (NodeProcess node : nodes) {
        node.awaitReady(START_TIMEOUT);
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  public List<NodeProcess> nodes() {
    return nodes;
  }

  public NodeProcess node(String id) {
    return nodes.stream().filter(node -> node.id().equals(id)).findFirst().orElseThrow();
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM is on its way down and runs the hook itself.
    }
  }

  private synchronized void end() {
    nodes.forEach(NodeProcess::close);
    try {
      delete(directory);
    } catch (IOException | UncheckedIOException e) {
      System.err.println("could not remove " + directory + ": " + e);
    }
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  /**
   * A block of free ports below the range that outgoing connections take theirs from, or one of
   * those could sit on a dead node's port. The whole block must be free: a second demo that runs at
   * the same time may have a node down, never all.
   */
  private static int freeBlock() throws IOException {
    int base = FIRST_PORT;
    Random random = new Random();
    for (int i = 0; i < 100; i++) {
      if (isFree(base)) {
        return base;
      }
      base = 20_001 + 100 * random.nextInt(100);
    }
    throw new IOException("no " + MAX_NODES + " free ports in a row on 127.0.0.1");
  }

  private static boolean isFree(int base) {
    for (int port = base; port < base + MAX_NODES; port++) {
      try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        probe.getLocalPort();
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }
}
