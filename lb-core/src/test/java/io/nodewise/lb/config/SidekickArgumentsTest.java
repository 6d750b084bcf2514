package io.nodewise.lb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.LoadBalancer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sidekick's command line says the same here, or it is said what there is instead. */
class SidekickArgumentsTest {

  @Test
  void two_sites_with_a_path() {
    SidekickArguments read =
        SidekickArguments.parse(
            "--health-path=/minio/health/ready",
            "--address",
            ":8000",
            "http://minio{1...4}:9000,http://minio{5...8}:9000",
            "http://dr{1...4}:9000");
    assertThat(read.properties())
        .containsOnly(
            Map.entry("nodewise.health-check", "http(/minio/health/ready)"),
            Map.entry(
                "nodewise.sites",
                "site1: http://minio{1...4}:9000,http://minio{5...8}:9000;"
                    + " site2: http://dr{1...4}:9000"),
            Map.entry("nodewise.site-failover.threshold", "0"),
            Map.entry("nodewise.site-failover.fail-back-after", "0"));
    assertThat(read.notes())
        .containsExactly("--address: nothing listens: the application itself is balanced");
    assertThat(LoadBalancer.validate(read.properties())).isEmpty();
  }

  @Test
  void one_site_with_all_that_has_a_key() {
    SidekickArguments read =
        SidekickArguments.parse(
            "-d",
            "7",
            "--health-timeout",
            "2s",
            "--health-port=9001",
            "--health-optimistic",
            "-i",
            "--host-balance",
            "random",
            "https://minio{1...4}:9000");
    assertThat(read.properties())
        .containsOnly(
            Map.entry("nodewise.nodes", "https://minio{1...4}:9000"),
            Map.entry("nodewise.health-check.interval", "7s"),
            Map.entry("nodewise.health-check.timeout", "2s"),
            Map.entry("nodewise.health-check.port", "9001"),
            Map.entry("nodewise.health-check.optimistic", "true"),
            Map.entry("nodewise.tls.insecurely-trust-everything", "true"),
            Map.entry("nodewise.policy", "random"));
    assertThat(read.notes()).isEmpty();
    assertThat(LoadBalancer.validate(read.properties())).isEmpty();
  }

  @Test
  void a_name_with_many_addresses() {
    assertThat(SidekickArguments.parse("--rr-dns-mode", "http://s3.weka:9000").properties())
        .containsOnly(Map.entry("nodewise.nodes", "dns:http://s3.weka:9000"));
    assertThatThrownBy(() -> SidekickArguments.parse("--rr-dns-mode", "http://a", "http://b"))
        .hasMessage("--rr-dns-mode: several names (expected: one)");
  }

  @Test
  void what_would_mean_something_else_here_is_told() {
    SidekickArguments read =
        SidekickArguments.parse(
            "--health-path", "/minio/health/cluster", "--health-timeout=10s", "http://a:9000");
    assertThat(read.properties())
        .containsOnly(
            Map.entry("nodewise.health-check", "minio"),
            Map.entry("nodewise.nodes", "http://a:9000"));
    assertThat(read.notes()).hasSize(2);
  }

  @Test
  void no_command_line() {
    assertThatThrownBy(() -> SidekickArguments.parse("--cache", "x", "http://a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("--cache: unknown (expected: a flag of Sidekick's)");
    assertThatThrownBy(() -> SidekickArguments.parse("http://a", "--health-path"))
        .hasMessage("--health-path: no value (expected: one)");
    assertThatThrownBy(() -> SidekickArguments.parse("--log"))
        .hasMessageContaining("no site (expected: one or more");
  }

  @Test
  void every_flag_has_a_line_in_the_page_on_moving_over() throws Exception {
    String page = Files.readString(Path.of("../docs/migration.md"));
    assertThat(SidekickArguments.flags()).hasSizeGreaterThan(25);
    for (String flag : SidekickArguments.flags()) {
      assertThat(page).as(flag).containsPattern("(?m)^\\|[^|]*`[^`|]*--" + flag + "\\b[^|]*\\|");
    }
  }
}
