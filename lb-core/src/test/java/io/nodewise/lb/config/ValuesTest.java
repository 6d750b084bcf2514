package io.nodewise.lb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.HostHeader;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values with units, and what is said of those that are none. */
class ValuesTest {

  @ParameterizedTest
  @CsvSource({
    "5s,PT5S",
    "250ms,PT0.25S",
    "1m,PT1M",
    "1m30s,PT1M30S",
    "1.5s,PT1.5S",
    "2h,PT2H",
    "1d,PT24H",
    "10us,PT0.00001S",
    "7ns,PT0.000000007S",
    "PT5S,PT5S",
    "pt1m,PT1M",
    "P1D,PT24H",
    "0,PT0S",
    "0s,PT0S",
    "-1s,PT-1S",
    "5S,PT5S"
  })
  void durations(String text, Duration expected) {
    assertThat(Values.DURATION.read(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5",
        "s",
        "5 s",
        "5x",
        "1s5",
        "5ss",
        "1e3s",
        "PT",
        "P",
        "--1s",
        "999999999999999d",
        "٣s"
      })
  void no_durations(String text) {
    assertThatThrownBy(() -> Values.DURATION.read(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'" + text + "' (expected: a duration such as 250ms, 5s, 1m30s or PT5S)");
  }

  @ParameterizedTest
  @CsvSource({"10%,0.1", "0.1,0.1", "100%,1", "1,1", "0.5%,0.005", "0,0", "-5%,-0.05"})
  void shares(String text, double expected) {
    assertThat(Values.SHARE.read(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%", "10 %", "NaN", "Infinity", "1e9", ".5", "0x1", "ten"})
  void no_shares(String text) {
    assertThatThrownBy(() -> Values.SHARE.read(text))
        .hasMessage("'" + text + "' (expected: a share such as 10% or 0.1)");
  }

  @ParameterizedTest
  @CsvSource({"on,true", "TRUE,true", "yes,true", "Off,false", "false,false", "no,false"})
  void switches(String text, boolean expected) {
    assertThat(Values.SWITCH.read(text)).isEqualTo(expected);
  }

  @Test
  void names_however_they_are_written() {
    assertThat(Values.oneOf(HostHeader.class).read("NODE")).isEqualTo(HostHeader.NODE);
    assertThat(Values.oneOf(HostHeader.class).read("node")).isEqualTo(HostHeader.NODE);
    assertThatThrownBy(() -> Values.oneOf(HostHeader.class).read("nod"))
        .hasMessage("'nod' (expected: one of logical, node)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "least-loaded | leastLoaded",
        "LEAST_LOADED(3) | leastLoaded(3)",
        "power-of-two-choices | powerOfTwoChoices",
        "round-robin | roundRobin",
        "random | random",
        "rendezvous | rendezvous(1.25)",
        "rendezvous(2) | rendezvous(2.0)",
        "sticky | sticky",
        "pin-until-error | pinUntilError",
        "zone-aware(rack 1) | zoneAware(rack 1, leastLoaded)",
        "zone-aware( a , round-robin ) | zoneAware(a, roundRobin)",
        "subset(3, host7) | subset(3, leastLoaded)",
        "subset(3, host7, zone-aware(a, least-loaded(2))) | subset(3, zoneAware(a, leastLoaded(2)))"
      })
  void policies(String text, String expected) {
    assertThat(PolicyText.read(text)).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "least-loaded(17) | choices: 17 (expected: 1 to 16)",
        "random(2) | 'random(2)' (expected: no arguments in the parentheses of random)",
        "zone-aware | 'zone-aware' (expected: 1 to 2 in the parentheses of zone-aware)",
        "subset(3) | 'subset(3)' (expected: 2 to 3 in the parentheses of subset)",
        "subset(x, y) | 'x' (expected: a whole number of at most nine digits)",
        "sticky( | 'sticky(' (expected: one pair of parentheses, to the end)",
        "zone-aware(a)b | 'zone-aware(a)b' (expected: one pair of parentheses, to the end)",
        "zone-aware(a(, b) | 'zone-aware(a(, b)' (expected: parentheses that match)"
      })
  void no_policies(String text, String message) {
    assertThatThrownBy(() -> PolicyText.read(text)).hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "auto",
        "minio",
        "ceph-rgw",
        "weka",
        "s3proxy",
        "swift",
        "seaweedfs",
        "garage",
        "rustfs",
        "ozone",
        "dell-ecs",
        "storage-grid",
        "virtuozzo",
        "scality",
        "riak-cs",
        "health",
        "any-response",
        "tcp",
        "none",
        "http(/x)",
        "leofs(s3.local)",
        "versity(/health)"
      })
  void presets(String text) {
    HealthCheck check = HealthCheckText.PRESET.read(text);
    if (text.contains("/")) {
      assertThat(check.toString()).contains(text.substring(text.indexOf('/'), text.length() - 1));
    }
    assertThat(check.kind())
        .isEqualTo(
            text.equals("tcp")
                ? HealthCheck.Kind.TCP
                : text.equals("none") ? HealthCheck.Kind.NONE : HealthCheck.Kind.HTTP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"minio(x)", "http", "leofs", "mino", "http()", "http(/a,/b)"})
  void no_presets(String text) {
    assertThatThrownBy(() -> HealthCheckText.PRESET.read(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: ");
  }
}
