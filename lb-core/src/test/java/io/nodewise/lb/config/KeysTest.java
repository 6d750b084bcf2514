package io.nodewise.lb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.config.Samples.Sample;
import io.nodewise.lb.observe.RequestLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every key takes effect, and the table says the truth about what holds without it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeysTest {
  private final List<Sample> samples = new ArrayList<>(Samples.all());

  @BeforeAll
  void files(@TempDir Path folder) throws Exception {
    samples.addAll(TlsSamples.in(folder));
  }

  List<Sample> samples() {
    return samples;
  }

  @Test
  void every_key_has_a_sample_and_every_sample_a_key() {
    assertThat(samples.stream().map(sample -> "nodewise." + sample.key()))
        .containsExactlyInAnyOrderElementsOf(Configuration.keys().stream().map(Key::name).toList());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void a_key_takes_effect(Sample sample) {
    assertThat(sample.see().apply(Built.of(sample.texts()))).isEqualTo(sample.expected());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void it_does_so_as_a_variable_of_the_environment(Sample sample) {
    Map<String, String> environment = new HashMap<>();
    for (Key key : Configuration.keys()) {
      String text = sample.texts().get(key.name());
      if (text != null) {
        environment.put(key.environmentName(), text);
      }
    }
    assertThat(sample.see().apply(Built.of(environment))).isEqualTo(sample.expected());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void without_it_nothing_of_that_is_seen(Sample sample) {
    Configuration without = Configuration.of(sample.besides());
    if (without.problems().isEmpty()) {
      Object seen;
      try {
        seen = sample.see().apply(Built.of(sample.besides()));
      } catch (NullPointerException e) {
        seen = "no TLS at all";
      }
      assertThat(seen).isNotEqualTo(sample.expected());
    } else {
      assertThat(without.problems()).hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void the_default_that_the_table_shows_is_the_one_there_is(Sample sample) {
    Key key = key(sample);
    Map<String, String> shown = sample.texts();
    shown.put(key.name(), key.defaultText());
    boolean isValue =
        Character.isDigit(key.defaultText().charAt(0)) || isWord(key.defaultText(), key);
    if (isValue) {
      assertThat(sample.see().apply(Built.of(shown)))
          .isEqualTo(sample.see().apply(Built.of(sample.besides())));
    } else {
      assertThat(key.defaultText())
          .containsPattern("^(required|none|all|the .*|by the number of nodes|on for .*)$");
    }
  }

  private static boolean isWord(String text, Key key) {
    return !Set.of("nodewise.dns.networks", "nodewise.request-log.statuses").contains(key.name())
        && Set.of(
                "on",
                "off",
                "all",
                "logical",
                "confirm",
                "least-loaded",
                "auto",
                "GET",
                "text",
                RequestLog.LOGGER)
            .contains(text);
  }

  private static Key key(Sample sample) {
    return Configuration.keys().stream()
        .filter(key -> key.name().equals("nodewise." + sample.key()))
        .findAny()
        .orElseThrow();
  }

  @Test
  void names_are_alike_and_no_two_meet_in_the_environment() {
    Set<String> inEnvironment = new HashSet<>();
    for (Key key : Configuration.keys()) {
      assertThat(key.name()).matches("nodewise(\\.[a-z]+(-[a-z]+)*){1,2}");
      assertThat(inEnvironment.add(key.environmentName())).as(key.environmentName()).isTrue();
      assertThat(key.description()).isNotBlank().doesNotContain("\n", "|");
      assertThat(key.takes()).isNotBlank().doesNotContain("\n", "|");
    }
    assertThat(Configuration.keys().stream().filter(Key::isSecret).map(Key::name))
        .containsExactlyInAnyOrderElementsOf(
            Configuration.keys().stream()
                .map(Key::name)
                .filter(name -> name.contains("password"))
                .collect(Collectors.toList()));
  }

  @Test
  void a_secret_is_in_no_message() {
    Map<String, String> texts =
        Map.of(
            "nodewise.nodes",
            "https://user:hunter2@a:9000",
            "nodewise.logical-endpoint",
            "https://user:hunter2@ b",
            "nodewise.tls.trust-store",
            "/no/such/file",
            "nodewise.tls.trust-store-password",
            "hunter2",
            "nodewise.tls.identity-store-password",
            "hunter2",
            "nodewise.health-check",
            "http(/x)",
            "nodewise.health-check.headers",
            "Authorization: hunter2\u0001");
    assertThat(Configuration.of(texts).problems()).hasSizeGreaterThan(3);
    assertThatThrownBy(() -> Built.of(texts))
        .hasMessageContaining("/no/such/file")
        .hasMessageNotContaining("hunter2");
  }
}
