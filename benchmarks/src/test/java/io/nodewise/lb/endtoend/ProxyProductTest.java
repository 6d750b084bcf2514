package io.nodewise.lb.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProxyProductTest {
  private static final Path TEMPLATES = Path.of("proxies");

  @ParameterizedTest
  @EnumSource(ProxyProduct.class)
  void every_blank_is_filled_and_every_node_is_named(ProxyProduct product) throws Exception {
    String config =
        ProxyProduct.filled(
            Files.readString(TEMPLATES.resolve(product.template())),
            28_001,
            2,
            Path.of("/somewhere"),
            List.of("127.0.0.1:28002", "127.0.0.1:28003"));
    String said = config.lines().filter(line -> !line.strip().startsWith("#")).toList().toString();
    assertThat(said)
        .doesNotContain("@")
        .contains("127.0.0.1:28001")
        .containsOnlyOnce("127.0.0.1:28002")
        .containsOnlyOnce("127.0.0.1:28003");
  }
}
