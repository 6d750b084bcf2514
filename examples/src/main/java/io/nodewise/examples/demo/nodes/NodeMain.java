package io.nodewise.examples.demo.nodes;

import java.io.IOException;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;

/**
 * The main class of a node's process: {@code NodeMain <port> <directory>}. Prints READY once it
 * serves. SIGTERM stops it gracefully; it ends at once when its standard input closes, that is,
 * when the process that started it is gone, however that died.
 */
public final class NodeMain {
  private NodeMain() {}

  public static void main(String[] args) throws Exception {
    S3Proxy node = S3Node.create(Integer.parseInt(args[0]), Path.of(args[1]));
    node.start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node), "graceful stop"));
    System.out.println("READY " + node.getPort());
    waitForEndOfInput();
    Runtime.getRuntime().halt(0);
  }

  private static void waitForEndOfInput() {
    try {
      while (System.in.read() >= 0) {
        // Nobody writes; only the end matters.
      }
    } catch (IOException e) {
      System.out.println("standard input: " + e);
    }
  }

  private static void stop(S3Proxy node) {
    try {
      node.stop();
    } catch (Exception e) {
      System.out.println("stop: " + e);
    }
  }
}
