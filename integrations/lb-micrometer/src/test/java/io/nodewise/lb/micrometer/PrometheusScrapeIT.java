package io.nodewise.lb.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.LoadBalancedS3;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.BalancingPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A scripted run over real servers, and what Prometheus is told of it: exactly as many calls,
 * failovers and ejections as there were. Whether the dashboard and the documentation name what
 * there is.
 */
class PrometheusScrapeIT {
  private static final Path DOCS = Path.of("../../docs");
  private static final int SIZE = 10_000;

  private static final AtomicInteger BUCKETS = new AtomicInteger();

  private final String bucket = "scraped" + BUCKETS.incrementAndGet();
  private final S3Nodes nodes = S3Nodes.shared();
  private final FaultProxy dead = nodes.get(1);
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private LoadBalancer cluster;
  private LoadBalancerMetrics metrics;
  private S3Client s3;

  @BeforeEach
  void build() {
    nodes.renew();
    dead.kill(); // before anybody has a connection to it
    registry.config().meterFilter(new Histograms());
    cluster =
        LoadBalancer.builder()
            .name("images")
            .nodes(nodes.urls())
            .policy(BalancingPolicy.roundRobin())
            // Nothing happens but what is scripted, however slow the machine.
            .healthCheck(HealthCheck.none())
            .outlierDetection(
                OutlierDetection.builder()
                    .baseEjection(Duration.ofMinutes(5))
                    .slowMargin(Duration.ofMinutes(5))
                    .build())
            .timeouts(Timeouts.builder().readPatience(0).build())
            .build();
    metrics = new LoadBalancerMetrics(cluster);
    metrics.bindTo(registry);
    s3 =
        LoadBalancedS3.builder(cluster)
            .region(Region.US_EAST_1)
            .credentialsProvider(S3Nodes.CREDENTIALS)
            .httpClientBuilder(ApacheHttpClient.builder())
            .build();
    s3.createBucket(create -> create.bucket(bucket));
  }

  @AfterEach
  void close() {
    s3.close();
    metrics.close();
    cluster.close();
    nodes.renew();
    assertThat(registry.getMeters()).isEmpty();
    assertThat(registry.scrape()).doesNotContain("nodewise");
    registry.close();
  }

  /** As a user turns them on. */
  private static final class Histograms implements MeterFilter {
    @Override
    public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
      return id.getName().startsWith("nodewise.attempts")
          ? DistributionStatisticConfig.builder().percentilesHistogram(true).build().merge(config)
          : config;
    }
  }

  private void put(String key, int size) {
    s3.putObject(put -> put.bucket(bucket).key(key), RequestBody.fromBytes(new byte[size]));
  }

  private byte[] get(String key) {
    return s3.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asByteArray();
  }

  private static String node(FaultProxy proxy) {
    return "node=\"" + proxy.id() + "\"";
  }

  @Test
  void known_calls_failovers_and_ejections_give_exactly_these_counts() throws Exception {
    FaultProxy sick = nodes.get(2);
    for (int i = 0; i < 20; i++) {
      put("k" + i, SIZE);
    }
    for (int i = 0; i < 20; i++) {
      get("k" + i);
    }
    nodes.onceAnywhere(Fault.answerInstead(503, Fault.error("SlowDown")).on("GET"));
    get("k0");
    put("big", 1_000_000);
    nodes.get(3).next(Fault.resetBody(300_000).on("GET"));
    int downloads = 0;
    while (cluster.snapshot().resumes() == 0 && downloads < 100) {
      get("big");
      downloads++;
    }
    sick.always(Fault.answerInstead(500, Fault.error("InternalError")));
    int calls = 0;
    while (cluster.snapshot().nodes().get(2).state() != NodeState.EJECTED && calls < 100) {
      get("k1");
      calls++;
    }
    Scrape scrape = Scrape.of(registry);

    int made = 1 + 20 + 20 + 1 + 1 + downloads + calls; // createBucket first
    String cluster = "cluster=\"images\"";
    assertThat(scrape.sum("nodewise_attempts_seconds_count", "outcome=\"unreachable\""))
        .as("found once, then left alone")
        .isEqualTo(1);
    assertThat(scrape.sum("nodewise_attempts_seconds_count", "outcome=\"load\"")).isEqualTo(1);
    assertThat(scrape.sum("nodewise_attempts_seconds_count", "outcome=\"fault\"", node(sick)))
        .isEqualTo(5);
    assertThat(scrape.sum("nodewise_attempts_seconds_count", "outcome=\"fault\"")).isEqualTo(6);
    assertThat(scrape.sum("nodewise_attempts_seconds_count", "outcome=\"success\""))
        .as("each call once, in the end")
        .isEqualTo(made);
    // A pooled connection that a fault had broken, which is nobody's: mostly there is none.
    double stale = scrape.sum("nodewise_attempts_seconds_count", "outcome=\"cancelled\"");
    assertThat(stale).isLessThanOrEqualTo(2);
    assertThat(scrape.sum("nodewise_failovers_total", cluster))
        .as("%s", this.cluster.snapshot().toTable())
        .isEqualTo(1 + 1 + 6 + stale);
    assertThat(scrape.sum("nodewise_resumes_total", cluster)).isEqualTo(1);
    assertThat(scrape.sum("nodewise_node_ejections_total", node(sick))).isEqualTo(1);
    assertThat(scrape.sum("nodewise_node_ejections_total", cluster)).isEqualTo(1);
    assertThat(scrape.sum("nodewise_node_transitions_total", "to=\"ejected\"", node(sick)))
        .isEqualTo(1);
    assertThat(scrape.sum("nodewise_node_transitions_total", "to=\"down\"", node(dead)))
        .isEqualTo(1);
    assertThat(scrape.sum("nodewise_nodes", "state=\"down\"")).isEqualTo(1);
    assertThat(scrape.sum("nodewise_nodes", "state=\"ejected\"")).isEqualTo(1);
    assertThat(scrape.sum("nodewise_nodes", cluster)).isEqualTo(4);
    assertThat(scrape.sum("nodewise_refusals_total", cluster)).isZero();
    assertThat(scrape.sum("nodewise_attempts_in_flight", cluster)).isZero();
    for (FaultProxy proxy : nodes.all()) {
      double there =
          scrape.sum("nodewise_attempts_seconds_count", node(proxy))
              - scrape.sum("nodewise_attempts_seconds_count", node(proxy), "outcome=\"cancelled\"");
      long onTheWire = proxy.requests().size() + (proxy == dead ? 1 : 0); // refused, so never seen
      assertThat(there).as("attempts at %s, as it has counted them", proxy).isEqualTo(onTheWire);
    }
    double downloaded = (21.0 + calls) * SIZE + downloads * 1_000_000.0;
    assertThat(scrape.sum("nodewise_received_bytes_total", cluster))
        .as("objects, and the documents of errors")
        .isBetween(downloaded, downloaded + 10_000);
    assertThat(scrape.sum("nodewise_sent_bytes_total", cluster))
        .as("objects, and the frames of their chunks")
        .isBetween(20.0 * SIZE + 1_000_000, 20.0 * (SIZE + 500) + 1_010_000);
    assertThat(scrape.names()).contains("nodewise_attempts_seconds_bucket");
    assertThat(registry.scrape()).as("no bucket, no key").doesNotContain("scraped", "k1\"");
  }

  // Names.

  /** Everything that can be there is: of each outcome one, a transition. */
  private Scrape full() throws Exception {
    put("k", 10);
    get("k");
    cluster.drain(nodes.get(0).id());
    for (int i = 0; i < 500 && registry.find("nodewise.node.transitions").meters().isEmpty(); i++) {
      get("k"); // the background thread tells of transitions
    }
    return Scrape.of(registry);
  }

  @Test
  void the_dashboard_asks_for_nothing_that_is_not_there() throws Exception {
    String dashboard = Files.readString(DOCS.resolve("grafana/nodewise.json"));
    Set<String> asked = found("\\bnodewise_[a-z_]+", dashboard);
    assertThat(asked).hasSizeGreaterThan(15);
    assertThat(full().names()).containsAll(asked);
  }

  @Test
  void the_documentation_names_every_meter_and_no_other() throws Exception {
    full();
    Set<String> named = found("(?<=\\| `)nodewise\\.[a-z.]+(?=` \\|)", read("metrics.md"));
    assertThat(named).isEqualTo(new Meters(registry).names());
  }

  private static String read(String page) throws Exception {
    return Files.readString(DOCS.resolve(page)).toLowerCase(Locale.ROOT);
  }

  private static Set<String> found(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
