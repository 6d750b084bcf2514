package io.nodewise.lb.contract;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One proxy server of the Swift cluster that {@code compat/run-compat} has started: a process of
 * its own, which can be killed, stopped and told to say that it is out of service. Whoever does so
 * puts it right again.
 */
final class SwiftNode {
  private final String id;
  private final Path dir;
  private final int number;

  private SwiftNode(String id, Path dir, int number) {
    this.id = id;
    this.dir = dir;
    this.number = number;
  }

  /** All of them, as the system properties say that the script sets. */
  static List<SwiftNode> all() {
    String servers = System.getProperty("nodes.servers");
    String dir = System.getProperty("compat.dir");
    if (servers == null || dir == null) {
      throw new IllegalStateException(
          "needs a Swift cluster: run integrations/contract/compat/run-compat");
    }
    List<SwiftNode> all = new ArrayList<>();
    for (String server : servers.split(",")) {
      all.add(new SwiftNode(server, Path.of(dir), all.size() + 1));
    }
    return all;
  }

  /** What a load balancer calls it: {@code 127.0.0.1:12345}. */
  String id() {
    return id;
  }

  String url() {
    return "http://" + id;
  }

  private Path file(String name) {
    return dir.resolve(name.formatted(number));
  }

  private long pid() throws IOException {
    return Long.parseLong(Files.readString(file("node-%d.pid")).trim());
  }

  private static void create(Path file) throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(file);
    }
  }

  /** SIGKILL. The script starts it again once it is to come back. */
  void kill() {
    try {
      create(file("node-%d.down"));
      ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroyForcibly);
      await(id + " is gone").atMost(Duration.ofSeconds(10)).until(() -> !answers());
    } catch (IOException e) {
      throw new AssertionError(id, e);
    }
  }

  /** SIGSTOP: the system accepts connections, and nothing more. */
  void stop() {
    signal("STOP");
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(pid())).inheritIO().start().waitFor();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(id, e);
    }
  }

  /** Its health path says from now on that it is disabled; it serves as before. */
  void disable() throws IOException {
    create(file("disabled-%d"));
  }

  /** All is well again: killed, stopped or disabled, it serves. */
  void comeBack() throws IOException {
    Files.deleteIfExists(file("disabled-%d"));
    if (Files.deleteIfExists(file("node-%d.down"))) {
      await(id + " is back").atMost(Duration.ofSeconds(60)).until(this::answers);
    } else {
      signal("CONT");
    }
  }

  private boolean answers() {
    URI at = URI.create(url());
    try (Socket socket = new Socket(at.getHost(), at.getPort())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return id;
  }
}
