package io.nodewise.lb.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The two questions whose answers take some reading. */
class ProductProbesTest {
  private static String item(String content) {
    return "<PingItem>" + content + "</PingItem>";
  }

  @ParameterizedTest
  @CsvSource({
    "<Name>MAINTENANCE_MODE</Name><Status>ON</Status>, DRAIN",
    "<Status>ON</Status><Name>MAINTENANCE_MODE</Name>, DRAIN",
    "<Name>MAINTENANCE_MODE</Name><Status>OFF</Status>, UP",
    "<Name>MAINTENANCE_MODE</Name><Status>UNKNOWN</Status>, UP",
    "<Name>MAINTENANCE_MODE</Name>, UP",
    "<Name>OTHER_MODE</Name><Status>OFF</Status>, UP",
  })
  void ecs_is_in_maintenance_if_that_item_says_so(String item, Verdict.Kind kind) {
    String other = item("<Name>OTHER</Name><Status>ON</Status>");
    String body = "<PingList>" + other + item(item) + other + "</PingList>";
    assertThat(new EcsPing().read(new ProbeAnswer(200, Map.of(), body)).kind()).isEqualTo(kind);
    assertThat(new EcsPing().explains(new ProbeAnswer(200, Map.of(), body))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "200, '', UP",
    "200, <html>welcome</html>, UP",
    "200, <Name>MAINTENANCE_MODE</Name><Status>ON</Status>, UP",
    "403, <PingList/>, DOWN",
    "503, '', DOWN",
  })
  void what_is_no_ping_list_says_no_more_than_its_status(
      int status, String body, Verdict.Kind kind) {
    ProbeAnswer answer = new ProbeAnswer(status, Map.of(), body);
    assertThat(new EcsPing().read(answer).kind()).isEqualTo(kind);
    assertThat(new EcsPing().explains(answer)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "200, 0.0, UP, 1",
    "200, 0.25, DEGRADED, 0.75",
    "200, 1, DEGRADED, 0.01",
    "200, 1.01, UP, 1",
    "200, -0.5, UP, 1",
    "200, NaN, UP, 1",
    "200, lots, UP, 1",
    "503, 0.5, DEGRADED, 0.05",
    "503, 0.98, DEGRADED, 0.02",
    "503, 73, DOWN, 1",
    "404, 0.1, DOWN, 1",
  })
  void weka_gets_the_share_that_its_load_leaves(
      int status, String score, Verdict.Kind kind, double fitness) {
    Verdict verdict =
        new WekaLoad().read(new ProbeAnswer(status, Map.of("X-Weka-Score", score), ""));
    assertThat(verdict.kind()).as("%s", verdict).isEqualTo(kind);
    assertThat(verdict.score()).isCloseTo(fitness, within(1e-9));
  }
}
