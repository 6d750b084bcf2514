package io.nodewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.examples.demo.nodes.S3Node;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gaul.s3proxy.S3Proxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {
  private final PrintStream systemOut = System.out;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final List<S3Proxy> nodes = new ArrayList<>();

  @BeforeEach
  void startNodes(@TempDir Path directory) throws Exception {
    System.setProperty("aws.accessKeyId", S3Node.ACCESS_KEY);
    System.setProperty("aws.secretAccessKey", S3Node.SECRET_KEY);
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    for (int i = 0; i < 3; i++) {
      S3Proxy node = S3Node.create(0, directory);
      node.start();
      nodes.add(node);
    }
  }

  @AfterEach
  void stopNodes() throws Exception {
    System.setOut(systemOut);
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    for (S3Proxy node : nodes) {
      node.stop();
    }
  }

  @Test
  void storesAndReadsOnAClusterOfThree() {
    String[] urls =
        nodes.stream().map(node -> "http://127.0.0.1:" + node.getPort()).toArray(String[]::new);
    Quickstart.main(urls);
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("Hello, cluster!")
        .contains("127.0.0.1:" + nodes.get(0).getPort())
        .contains("127.0.0.1:" + nodes.get(2).getPort());
  }
}
