package io.nodewise.lb.config;

import io.nodewise.lb.health.ProbeAnswer;
import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.retry.UnsafeRepeats;
import io.nodewise.lb.routing.Backups;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** For each key a value that is not its default, and how to see that it took effect. */
final class Samples {

  /**
   * One of them.
   *
   * @param besides what else it takes, such as what the key belongs to being on
   * @param see what is to be seen with the builder
   * @param expected what is seen then, and not without the key
   */
  record Sample(
      String key,
      String text,
      Map<String, String> besides,
      Function<Built, Object> see,
      Object expected) {

    Map<String, String> texts() {
      Map<String, String> texts = new HashMap<>(besides);
      texts.put("nodewise." + key, text);
      return texts;
    }

    @Override
    public String toString() {
      return key + " = " + text;
    }
  }

  private final List<Sample> all = new ArrayList<>();

  private Samples() {}

  static List<Sample> all() {
    Samples samples = new Samples();
    samples.sources();
    samples.cluster();
    samples.healthCheck();
    samples.outlierDetection();
    samples.requests();
    samples.switched();
    samples.logs();
    return samples.all;
  }

  private void add(String key, String text, Function<Built, Object> see, Object expected) {
    add(key, text, Map.of(), see, expected);
  }

  private void add(
      String key,
      String text,
      Map<String, String> besides,
      Function<Built, Object> see,
      Object expected) {
    all.add(new Sample(key, text, besides, see, expected));
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }

  private void sources() {
    Map<String, String> dns = Map.of("nodewise.nodes", "dns:http://s3.example:9000");
    Map<String, String> srv = Map.of("nodewise.nodes", "srv:http://_s3._tcp.example");
    Map<String, String> file = Map.of("nodewise.nodes", "file:/etc/nodes");
    add("dns.networks", "10.0.0.0/8, fd00::/8", dns, b -> b.ofSource("options", "networks"), 2);
    add("dns.servers", "10.0.0.53", srv, b -> b.ofSource("options", "servers"), 1);
    add("dns.least-ttl", "3s", dns, b -> b.ofSource("options", "leastTtl"), seconds(3));
    add("dns.most-ttl", "1m", srv, b -> b.ofSource("options", "mostTtl"), seconds(60));
    add("dns.timeout", "3s", dns, b -> b.ofSource("options", "timeout"), seconds(3));
    add("dns.system-resolver", "on", dns, b -> b.ofSource("system"), true);
    add("dns.interval", "5s", dns, b -> b.ofSource("interval"), seconds(5));
    add(
        "dns.certificates-name-addresses",
        "on",
        dns,
        b -> b.source().certificateName(),
        Optional.empty());
    add("srv.addresses", "off", srv, b -> b.ofSource("addresses"), false);
    add("file.interval", "7s", file, b -> b.ofSource("interval"), seconds(7));
    add("discovery.first-answer", "7s", b -> b.discovery().firstAnswer(), seconds(7));
    add("discovery.confirm-after", "7s", b -> b.discovery().confirmAfter(), seconds(7));
    add("discovery.retry-after", "7s", b -> b.discovery().retryAfter(), seconds(7));
    add("discovery.longest-retry", "7s", b -> b.discovery().longestRetry(), seconds(7));
    add("discovery.jitter", "20%", b -> b.discovery().jitter(), 0.2);
  }

  private void cluster() {
    Node a = Node.of("http://a:9000");
    Node b =
        Node.builder("http://b:9000").zone("z").weight(2).probed(false).tier(3).id("x").build();
    String text = "http://a:9000, http://b:9000 zone=z weight=2 probed=off tier=3 id=x";
    add("nodes", text, Built::nodes, List.of(a, b));
    add("backup-nodes", "http://a:9000", built -> built.get("backups"), List.of(a));
    add("backups", "first", built -> built.get("backupsUsed"), Backups.FIRST);
    Node dr = Node.builder("http://c:9000").site("dr").weight(0.5).build();
    add(
        "sites",
        "main: http://a:9000; dr: http://c:9000 weight=0.5",
        built -> built.get("sites"),
        Map.of("main", List.of(a.toBuilder().site("main").build()), "dr", List.of(dr)));
    add("site-failover.threshold", "0", built -> built.siteFailover().threshold(), 0.0);
    add(
        "site-failover.fail-back-after",
        "1m",
        built -> built.siteFailover().failBackAfter(),
        seconds(60));
    URI endpoint = URI.create("http://s3.local:9000");
    add(
        "logical-endpoint",
        "http://s3.local:9000",
        built -> built.get("logicalEndpoint"),
        endpoint);
    add("host-header", "node", built -> built.get("hostHeader"), HostHeader.NODE);
    add("name", "photos", built -> built.get("name"), "photos");
    add("policy", "round-robin", built -> built.policy().toString(), "roundRobin");
    add("slow-start", "0", built -> built.slowStart().ramp(), Duration.ZERO);
    add("unsafe-repeats", "refuse", built -> built.get("unsafeRepeats"), UnsafeRepeats.REFUSE);
  }

  private void healthCheck() {
    Node node = Node.of("http://a:9000");
    add("health-check", "s3proxy", built -> built.probe().request(node).pathAndQuery(), "/healthz");
    Map<String, String> http = Map.of("nodewise.health-check", "http(/x)");
    add("health-check.method", "HEAD", http, built -> built.probe().request(node).method(), "HEAD");
    add(
        "health-check.path",
        "/y?z=1",
        http,
        built -> built.probe().request(node).pathAndQuery(),
        "/y?z=1");
    add(
        "health-check.headers",
        "Host: s3.local; X-A: b",
        http,
        built -> built.probe().request(node).headers(),
        Map.of("Host", "s3.local", "X-A", "b"));
    add(
        "health-check.expected-statuses",
        "204, 403",
        http,
        built -> built.probe().read(answer(403, "")).kind(),
        Verdict.Kind.UP);
    add(
        "health-check.on",
        "status 404 -> drain; not body \"ok; -> and\" and status 200 -> degraded 50%",
        http,
        built ->
            List.of(
                built.probe().read(answer(404, "")).kind(),
                built.probe().read(answer(200, "")).score(),
                built.probe().read(answer(200, "ok; -> and")).kind()),
        List.of(Verdict.Kind.DRAIN, 0.5, Verdict.Kind.UP));
    Function<Built, Object> clusterCheck = built -> "" + built.healthCheck().clusterCheck();
    Map<String, String> read = Map.of("nodewise.health-check.can-read", "/r");
    Map<String, String> write = Map.of("nodewise.health-check.can-write", "/w");
    String both =
        "Optional[write GET /w -> 100-599, 503 -> DOWN, read GET /r -> 100-599, 503 -> DOWN]";
    add("health-check.can-write", "/w", read, clusterCheck, both);
    add("health-check.can-read", "/r", write, clusterCheck, both);
    add("health-check.port", "8080", built -> built.healthCheck().port(), 8080);
    add(
        "health-check.scheme",
        "https",
        built -> "" + built.healthCheck().scheme(),
        "Optional[https]");
    add("health-check.interval", "7s", built -> built.healthCheck().interval(), seconds(7));
    add(
        "health-check.fast-interval",
        "2s",
        built -> built.healthCheck().fastInterval(),
        seconds(2));
    add(
        "health-check.down-interval",
        "9s",
        built -> built.healthCheck().downInterval(),
        seconds(9));
    add("health-check.timeout", "2s", built -> built.healthCheck().timeout(), seconds(2));
    add("health-check.rise", "4", built -> built.healthCheck().rise(), 4);
    add("health-check.fall", "5", built -> built.healthCheck().fall(), 5);
    add("health-check.jitter", "30%", built -> built.healthCheck().jitter(), 0.3);
    add("health-check.optimistic", "on", built -> built.healthCheck().isOptimistic(), true);
    add("health-check.subset", "7", built -> built.healthCheck().subset(), 7);
  }

  private static ProbeAnswer answer(int status, String body) {
    return new ProbeAnswer(status, Map.of(), body);
  }

  private void outlierDetection() {
    String of = "outlier-detection.";
    add(of + "consecutive-faults", "9", built -> built.outliers().consecutiveFaults(), 9);
    add(of + "failure-fraction", "80%", built -> built.outliers().failureFraction(), 0.8);
    add(of + "minimum-volume", "30", built -> built.outliers().minimumVolume(), 30);
    add(of + "window", "50", built -> built.outliers().window(), 50);
    add(of + "base-ejection", "6s", built -> built.outliers().baseEjection(), seconds(6));
    add(of + "max-ejection", "1m", built -> built.outliers().maxEjection(), seconds(60));
    add(of + "max-ejected-fraction", "0.4", built -> built.outliers().maxEjectedFraction(), 0.4);
    add(of + "slow-factor", "7.5", built -> built.outliers().slowFactor(), 7.5);
    add(of + "slow-margin", "2s", built -> built.outliers().slowMargin(), seconds(2));
    add(of + "max-pause", "0", built -> built.outliers().maxPause(), Duration.ZERO);
    add(of + "panic-threshold", "0%", built -> built.outliers().panicThreshold(), 0.0);
  }

  private void requests() {
    add("timeouts.connect", "3s", built -> built.timeouts().connect(), seconds(3));
    add("timeouts.send-stall", "3s", built -> built.timeouts().sendStall(), seconds(3));
    add("timeouts.first-byte", "PT3S", built -> built.timeouts().firstByte(), seconds(3));
    add("timeouts.body-idle", "3000ms", built -> built.timeouts().bodyIdle(), seconds(3));
    add("timeouts.suspicion", "3s", built -> built.timeouts().suspicion(), seconds(3));
    add("timeouts.read-patience", "0", built -> built.timeouts().readPatience(), 0.0);
    add("limits.per-node", "5", built -> built.limits().perNode(), 5);
    add("limits.total", "6", built -> built.limits().total(), 6);
    add("limits.spills-at", "7", built -> built.limits().spillsAt(3), 7);
    add("limits.max-wait", "8s", built -> built.limits().maxWait(), seconds(8));
    add("limits.waiting", "9", built -> built.limits().waiting(), 9);
  }

  private void switched() {
    add("retry-budget", "off", built -> built.retryBudget().isLimited(), false);
    add("retry-budget.share", "7%", built -> built.retryBudget().share(), 0.07);
    add("retry-budget.per-second", "2.5", built -> built.retryBudget().perSecond(), 2.5);
    add("retry-budget.fade", "20s", built -> built.retryBudget().fade(), seconds(20));
    add("download-resume", "off", built -> built.downloadResume().isOn(), false);
    add("download-resume.most", "3", built -> built.downloadResume().most(), 3);
    add("download-resume.within", "1h", built -> built.downloadResume().within(), seconds(3600));
    Map<String, String> on = Map.of("nodewise.hedging", "on");
    add("hedging", "on", built -> built.hedging().isOn(), true);
    add("hedging.share", "3%", on, built -> built.hedging().share(), 0.03);
    add("hedging.least-delay", "1s", on, built -> built.hedging().leastDelay(), seconds(1));
    add("hedging.least-samples", "7", on, built -> built.hedging().leastSamples(), 7);
    add("hedging.burst", "8", on, built -> built.hedging().burst(), 8);
  }

  private void logs() {
    Map<String, String> on = Map.of("nodewise.request-log", "on");
    logs("", "on", Map.of(), "TEXT to nodewise.attempts");
    logs(".format", "json", on, "JSON to nodewise.attempts");
    logs(".logger", "requests", on, "TEXT to requests");
    logs(".errors-only", "on", on, "TEXT to nodewise.attempts, errors only");
    logs(".statuses", "500, 503", on, "TEXT to nodewise.attempts, some statuses");
    logs(".slower-than", "2s", on, "TEXT to nodewise.attempts, from PT2S on");
    logs(".paths", "on", on, "TEXT to nodewise.attempts, with paths");
  }

  private void logs(String key, String text, Map<String, String> on, String shown) {
    add("request-log" + key, text, on, Built::attemptListeners, "[RequestLog[" + shown + "]]");
  }
}
