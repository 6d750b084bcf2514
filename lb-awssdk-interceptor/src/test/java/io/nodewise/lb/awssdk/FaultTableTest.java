package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the faults page says is what {@link FaultMatrixIT} shows. */
class FaultTableTest {
  private static final Path PAGE =
      Path.of("").toAbsolutePath().getParent().resolve("docs/faults.md");
  private static final String MARKER = "<!-- fault-matrix -->";

  @Test
  void the_table_in_the_faults_page_is_the_one_that_is_tested() throws Exception {
    String[] parts = Files.readString(PAGE).split(MARKER, -1);
    assertThat(parts).as("%s has the marker twice", PAGE).hasSize(3);
    assertThat(parts[1].strip())
        .as("between the markers of %s belongs:\n\n%s\n", PAGE, FaultMatrix.table())
        .isEqualTo(FaultMatrix.table().strip());
  }
}
