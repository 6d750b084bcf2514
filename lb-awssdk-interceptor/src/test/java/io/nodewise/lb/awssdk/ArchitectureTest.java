package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the module promises about its own sources. */
class ArchitectureTest {
  private static final Path MAIN = Path.of("src/main/java/io/nodewise/lb/awssdk");

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(MAIN)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(".java")).toList();
      assertThat(found).hasSizeGreaterThan(10);
      return found;
    }
  }

  private static String text(Path source) {
    try {
      return Files.readString(source);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void onePublicType() throws IOException {
    assertThat(sources())
        .filteredOn(source -> text(source).lines().anyMatch(ArchitectureTest::declaresPublicType))
        .extracting(source -> source.getFileName().toString())
        .containsExactly("LoadBalancedS3.java");
  }

  /** Whoever comes new finds each class in the list of the package's page. */
  @Test
  void everyClassHasItsPlaceOnThePackagesPage() throws IOException {
    List<Path> all = sources();
    String page =
        text(all.stream().filter(source -> source.endsWith("package-info.java")).findAny().get());
    assertThat(all)
        .filteredOn(source -> !source.endsWith("package-info.java"))
        .extracting(source -> source.getFileName().toString().replace(".java", ""))
        .allSatisfy(name -> assertThat(page).containsPattern("\\b" + name + "\\b"));
  }

  private static boolean declaresPublicType(String line) {
    return line.matches("public .*\\b(class|interface|enum|record|@interface)\\b.*");
  }

  /**
   * Any HTTP client that sends the Host it is given will do, so no type of one may be needed: but
   * for the classes that make the default ones, and are loaded only then.
   */
  @Test
  void noTypesOfHttpClientsLibraries() throws IOException {
    assertThat(sources())
        .filteredOn(source -> !source.endsWith("DefaultHttpClient.java"))
        .filteredOn(source -> !source.endsWith("DefaultAsyncHttpClient.java"))
        .allSatisfy(
            source ->
                assertThat(text(source))
                    .doesNotContain(
                        "org.apache.http", "http.apache", "org.apache.hc", "io.netty", "okhttp3"));
  }

  /** SDK classes marked internal may change in any release. */
  @Test
  void noInternalTypesOfTheSdk() throws IOException {
    assertThat(sources())
        .allSatisfy(
            source ->
                assertThat(text(source))
                    .doesNotContainPattern("import software\\.amazon\\.awssdk\\..*\\.internal\\."));
  }
}
