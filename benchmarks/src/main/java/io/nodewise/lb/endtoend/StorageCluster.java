package io.nodewise.lb.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * S3 nodes over one shared folder. {@link #close} ends all of them and removes the folder; so does
 * the end of this JVM.
 */
final class StorageCluster implements AutoCloseable {
  private final Path folder;
  private final List<StorageNode> nodes = new ArrayList<>();
  private final Thread atExit = new Thread(this::end, "end-to-end-cluster-end");

  private StorageCluster(Path folder) {
    this.folder = folder;
  }

  /** Starts so many nodes, side by side, and returns when all of them serve. */
  static StorageCluster start(int count) throws IOException, InterruptedException {
    StorageCluster cluster = new StorageCluster(Files.createTempDirectory("nodewise-end-to-end-"));
    Runtime.getRuntime().addShutdownHook(cluster.atExit);
    try {
      Path store = Files.createDirectory(cluster.folder.resolve("store"));
      for (int i = 0; i < count; i++) {
        StorageNode node = new StorageNode(freePort(), store, cluster.folder);
        cluster.nodes.add(node);
        node.start();
      }
      for (StorageNode node : cluster.nodes) {
        node.awaitReady();
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  /**
   * A port below the range that outgoing connections take theirs from, or one of those could sit on
   * it while a node or a proxy is down.
   */
  static int freePort() throws IOException {
    Random random = new Random();
    for (int i = 0; i < 1000; i++) {
      int port = 20_000 + random.nextInt(10_000);
      try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return probe.getLocalPort();
      } catch (IOException e) {
        // Taken; another one.
      }
    }
    throw new IOException("no free port from 20000 to 30000 on 127.0.0.1");
  }

  /** A folder for a proxy, who may be nobody; gone with the cluster at the latest. */
  Path proxyFolder() throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    Path made = Files.createTempDirectory(folder, "proxy-");
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
    return made;
  }

  List<StorageNode> nodes() {
    return nodes;
  }

  StorageNode node(int index) {
    return nodes.get(index);
  }

  List<URI> uris() {
    return nodes.stream().map(StorageNode::uri).toList();
  }

  /** All nodes serve so from now on. */
  void mode(NodeMode mode) throws IOException {
    for (StorageNode node : nodes) {
      node.mode(mode);
    }
  }

  /** Processor time of all nodes; meaningful only between restarts. */
  long cpuNanos() {
    return nodes.stream().mapToLong(StorageNode::cpuNanos).sum();
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
    nodes.forEach(StorageNode::close);
    delete(folder);
  }

  /** Deletes a folder and what is in it. */
  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println("could not remove " + folder + ": " + e);
    }
  }
}
