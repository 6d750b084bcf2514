package io.nodewise.lb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.TestRuntime;
import io.nodewise.lb.config.Samples.Sample;
import io.nodewise.lb.probe.ScriptedProbeClient;
import io.nodewise.lb.time.VirtualTasks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever is written: a load balancer, or problems that name their keys. */
class ConfigurationFuzzTest {

  /** Every so many that can be built are built, in virtual time. */
  private static final int BUILT = 10;

  private static final String ALPHABET =
      "abcxyzABZ0123456789 .,;:-_=/(){}[]%@?#\"'\\\t\n\u0000\u00a0\u0663\ud83d\ufeff<>&|!*+~^$";

  private static final List<String> FRAGMENTS =
      List.of(
          "http://",
          "https://",
          "a:9000",
          "{1...4}",
          "{01...03}",
          "zone=",
          "weight=",
          "probed=off",
          "tier=1",
          "id=x",
          "site=",
          "main: ",
          "; ",
          ", ",
          "(",
          ")",
          "((((((((((",
          "least-loaded",
          "zone-aware(",
          "subset(3, x)",
          "http(/x)",
          "leofs(h)",
          "status 404",
          "not ",
          "body \"",
          "header X: y",
          " -> ",
          "drain",
          "degraded 0.5",
          " and ",
          "200-299",
          "99999999999999999999",
          "-1",
          "0",
          "1e400",
          "NaN",
          "PT",
          "P1DT",
          "5s",
          "10%",
          "on",
          "off",
          "/",
          "nodewise.",
          "user:pw@",
          "?X-Amz-Signature=1",
          "[::1]:9000",
          "2147483648",
          "9223372036854775807s",
          "24h",
          "86401s",
          "\u2028");

  private final List<Sample> samples = Samples.all();
  private final List<String> keys = Configuration.keys().stream().map(Key::name).toList();

  /** Seldom those of TLS: each reads what the JVM trusts, some ten milliseconds. */
  private final List<String> quick =
      keys.stream().filter(key -> !key.startsWith("nodewise.tls")).toList();

  @Test
  void a_value_or_a_clear_error() {
    run(10_000);
  }

  @Test
  @Tag("stress")
  void a_value_or_a_clear_error_100_000_times() {
    run(100_000);
  }

  private void run(int configurations) {
    long seed = new Random().nextLong();
    System.out.println("ConfigurationFuzzTest: seed " + seed);
    Random random = new Random(seed);
    int built = 0;
    int refused = 0;
    for (int i = 0; i < configurations; i++) {
      Map<String, String> texts = configuration(random);
      try {
        List<Problem> problems = LoadBalancer.validate(texts);
        if (problems.isEmpty()) {
          built++;
          build(texts, built % BUILT == 0);
        } else {
          refused++;
          requireClear(problems, texts);
        }
      } catch (RuntimeException | StackOverflowError | AssertionError e) {
        throw new AssertionError("seed " + seed + ", number " + i + ": " + texts, e);
      }
    }
    System.out.println("ConfigurationFuzzTest: " + built + " built, " + refused + " refused");
    assertThat(built).isGreaterThan(configurations / 20);
    assertThat(refused).isGreaterThan(configurations / 4);
  }

  private static void build(Map<String, String> texts, boolean whole) {
    if (whole && !texts.getOrDefault("nodewise.nodes", "").matches("(dns|srv|file):(?s).*")) {
      VirtualTasks tasks = new VirtualTasks();
      TestRuntime.set(
              LoadBalancer.builder(texts),
              tasks,
              tasks,
              TestRuntime.seeded(1),
              new ScriptedProbeClient(tasks))
          .build()
          .close();
    } else {
      LoadBalancer.builder(texts);
    }
  }

  private static void requireClear(List<Problem> problems, Map<String, String> texts) {
    for (Problem problem : problems) {
      assertThat(problem.keys()).isNotEmpty();
      for (String key : problem.keys()) {
        assertThat(key).startsWithIgnoringCase("nodewise");
      }
      assertThat(problem.message()).isNotBlank().hasSizeLessThan(1000);
      assertThat(problem.toString().lines()).hasSize(1);
      assertThat(problem.message().contains("expected") || problem.message().contains("unknown"))
          .as(problem.toString())
          .isTrue();
    }
    if (texts.hashCode() % 50 == 0) {
      assertThatThrownBy(() -> LoadBalancer.fromProperties(texts))
          .isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(problems.get(0).toString());
    }
  }

  /** Some valid settings, some of which are then spoilt. */
  private Map<String, String> configuration(Random random) {
    Map<String, String> texts = new HashMap<>();
    if (random.nextInt(10) > 0) {
      texts.put("nodewise.nodes", "http://minio{1...4}:9000");
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      texts.putAll(samples.get(random.nextInt(samples.size())).texts());
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      String key =
          random.nextInt(8) == 0
              ? spoilt("nodewise.policy", random)
              : any(random.nextInt(50) == 0 ? keys : quick, random);
      String text = texts.getOrDefault(key, any(samples, random).text());
      texts.put(key, spoilt(text, random));
    }
    return texts;
  }

  private static <T> T any(List<T> of, Random random) {
    return of.get(random.nextInt(of.size()));
  }

  private static String spoilt(String text, Random random) {
    StringBuilder spoilt = new StringBuilder(random.nextInt(6) == 0 ? "" : text);
    List<Runnable> ways = new ArrayList<>();
    ways.add(() -> spoilt.insert(random.nextInt(spoilt.length() + 1), any(FRAGMENTS, random)));
    ways.add(() -> spoilt.insert(random.nextInt(spoilt.length() + 1), letter(random)));
    ways.add(() -> spoilt.setLength(random.nextInt(spoilt.length() + 1)));
    ways.add(() -> spoilt.delete(0, random.nextInt(spoilt.length() + 1)));
    ways.add(() -> spoilt.append(any(FRAGMENTS, random)).append(any(FRAGMENTS, random)));
    for (int i = random.nextInt(4); i > 0; i--) {
      any(ways, random).run();
    }
    return spoilt.toString();
  }

  private static char letter(Random random) {
    return ALPHABET.charAt(random.nextInt(ALPHABET.length()));
  }
}
