package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of what the project answers names tests: each must be there. */
class MissionTest {
  private static final Pattern NAMED = Pattern.compile("`([A-Z][A-Za-z0-9]*(?:Test|IT))`");

  @Test
  void every_test_that_is_named_exists() throws Exception {
    Path root = Path.of("").toAbsolutePath().getParent();
    Set<String> named = new TreeSet<>();
    Matcher matcher = NAMED.matcher(Files.readString(root.resolve("docs/mission.md")));
    while (matcher.find()) {
      named.add(matcher.group(1));
    }
    assertThat(named).isNotEmpty();
    assertThat(named).isSubsetOf(tests(root));
  }

  private static Set<String> tests(Path root) throws Exception {
    try (Stream<Path> files = Files.find(root, 20, (path, is) -> isTest(root.relativize(path)))) {
      return files
          .map(file -> file.getFileName().toString())
          .map(name -> name.substring(0, name.length() - ".java".length()))
          .collect(Collectors.toSet());
    }
  }

  private static boolean isTest(Path path) {
    String name = path.toString();
    return name.endsWith(".java") && name.contains("/src/test/java/");
  }
}
