package io.nodewise.lb.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.node.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSourceTest {
  @TempDir private Path folder;
  private Path file;
  private FileSource source;

  @BeforeEach
  void make() {
    file = folder.resolve("nodes.txt");
    source = FileSource.builder(file).build();
  }

  private List<String> read() throws IOException {
    return source.nodes().nodes().stream().map(Node::toString).toList();
  }

  /** What a change is taken for: the first look is not trusted. */
  private List<String> readTwice() throws IOException {
    source.nodes();
    return read();
  }

  @Test
  void a_pattern_a_line_with_comments_and_settings() throws Exception {
    Files.writeString(
        file,
        """
        \uFEFF# the old hall
        http://minio{1...2}:9000

          http://10.0.0.7:9000, http://[2001:db8::1]:9000  zone=b weight=0.5  # slower
        http://dr:9000 tier=1 probed=false
        """);
    assertThat(read())
        .containsExactly(
            "minio1:9000",
            "minio2:9000",
            "10.0.0.7:9000 (zone b, weight 0.5)",
            "[2001:db8::1]:9000 (zone b, weight 0.5)",
            "dr:9000 (tier 1, not probed)");
    assertThat(source.nodes().validFor()).isEqualTo(Duration.ofSeconds(2));
    assertThat(source).hasToString("file " + file);
  }

  @Test
  void a_bad_line_is_named() throws Exception {
    String[][] cases = {
      {"http://a:9000\nhttp://b:99999", "nodes.txt, line 2: ", "port: 99999"},
      {"# x\n\nminio:9000", "nodes.txt, line 3: ", "no scheme"},
      {"http://a:9000\nhttp://A:9000", "line 2: duplicate node: a:9000 (already in line 1)"},
      {"http://a:9000\nhttps://b:9000", "line 2: mixed schemes"},
      {"http://a:9000 weigth=2", "line 1: unknown: weigth= (expected: weight="},
      {"http://a:9000 weight=much", "line 1: weight=much (expected: a number)"},
      {"http://a:9000 weight=-1", "line 1: node weight: -1.0"},
      {"http://a:9000 tier=x", "line 1: tier=x (expected: a whole number)"},
      {"http://a:9000 probed=no", "line 1: probed=no (expected: true or false)"},
      {"http://a:9000 zone=a zone=b", "line 1: zone= twice"},
      {"weight=2", "line 1: ", "no pattern"},
    };
    for (String[] one : cases) {
      Files.writeString(file, one[0]);
      FileSource fresh = FileSource.builder(file).build();
      var thrown = assertThatThrownBy(fresh::nodes).as(one[0]);
      for (int i = 1; i < one.length; i++) {
        thrown.hasMessageContaining(one[i]);
      }
    }
  }

  @Test
  void a_change_is_taken_when_it_reads_the_same_twice() throws Exception {
    Files.writeString(file, "http://n1:9000\n");
    assertThat(read()).containsExactly("n1:9000");
    Files.writeString(file, "http://n1:9000\nhttp://n2:90"); // and more to come
    assertThat(read()).containsExactly("n1:9000");
    assertThat(source.nodes().validFor()).as("asked again soon").isLessThan(Duration.ofSeconds(3));
    Files.writeString(file, "http://n1:9000\nhttp://n2:9000\n");
    assertThat(read()).as("another text again").doesNotContain("n2:9000");
    assertThat(read()).containsExactly("n1:9000", "n2:9000");
  }

  @Test
  void empty_gone_or_bad_it_fails_until_it_can_be_read_again() throws Exception {
    Files.writeString(file, "http://n1:9000\n");
    read();
    Files.writeString(file, "");
    assertThat(readTwice()).isEmpty(); // which is a failure to whoever asks
    Files.delete(file);
    assertThatThrownBy(source::nodes).hasMessage(file + ": no such file");
    Files.writeString(file, "nonsense");
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(source::nodes).hasMessageContaining("line 1");
    }
    Files.writeString(file, "http://n1:9000\n");
    assertThat(readTwice()).containsExactly("n1:9000");
  }

  @Test
  void a_bad_line_goes_on_failing_and_the_old_text_is_good_again() throws Exception {
    Files.writeString(file, "http://n1:9000\n");
    read();
    Files.writeString(file, "http://n1:9000\nnonsense");
    assertThat(read()).containsExactly("n1:9000");
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(source::nodes).hasMessageContaining("nodes.txt, line 2");
    }
    Files.writeString(file, "http://n1:9000\n");
    assertThat(read()).containsExactly("n1:9000");
  }

  @Test
  void another_file_of_the_same_size_and_time_is_seen() throws Exception {
    FileTime time = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
    Files.writeString(file, "http://n1:9000\n");
    Files.setLastModifiedTime(file, time);
    assertThat(read()).containsExactly("n1:9000");
    Path other = Files.writeString(folder.resolve("other"), "http://n2:9000\n");
    Files.setLastModifiedTime(other, time);
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(readTwice()).containsExactly("n2:9000");
  }

  /** {@code nodes.txt -> ..data/nodes.txt}, {@code ..data -> ..v1}; the middle one is swapped. */
  @Test
  void links_are_followed_anew_each_time_as_kubernetes_swaps_them() throws Exception {
    Path v1 = Files.createDirectory(folder.resolve("..v1"));
    Path v2 = Files.createDirectory(folder.resolve("..v2"));
    Files.writeString(v1.resolve("nodes.txt"), "http://n1:9000\n");
    Files.writeString(v2.resolve("nodes.txt"), "http://n2:9000\n");
    Path data = Files.createSymbolicLink(folder.resolve("..data"), v1.getFileName());
    Files.createSymbolicLink(file, Path.of("..data", "nodes.txt"));
    assertThat(read()).containsExactly("n1:9000");

    Path swap = Files.createSymbolicLink(folder.resolve("..data_tmp"), v2.getFileName());
    Files.move(swap, data, StandardCopyOption.ATOMIC_MOVE);
    Files.delete(v1.resolve("nodes.txt"));
    assertThat(readTwice()).containsExactly("n2:9000");
  }

  @Test
  void what_is_no_list_of_nodes_is_not_read() throws Exception {
    assertThatThrownBy(() -> FileSource.builder(folder).build().nodes())
        .hasMessageContaining("not a file");
    Files.write(file, new byte[2 << 20]);
    assertThatThrownBy(source::nodes).hasMessageContaining("expected: at most 1048576");
    assertThatThrownBy(() -> FileSource.builder(file).interval(Duration.ZERO).build())
        .hasMessage("file interval: PT0S (expected: PT0.01S to PT24H)");
  }
}
