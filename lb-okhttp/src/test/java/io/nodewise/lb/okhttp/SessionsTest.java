package io.nodewise.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.retry.Hedging;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** Sessions stay with the instance that knows them, as long as it answers. */
class SessionsTest extends OnInstances {
  @Test
  void aSessionByHeaderStaysAndMovesOnceWhenItsInstanceDies() throws IOException {
    OkHttpClient client =
        LoadBalancedOkHttp.builder(cluster)
            .affinity(Affinity.header("X-Session"))
            .wrap(new OkHttpClient());
    Set<String> used = new HashSet<>();
    for (int session = 0; session < 20; session++) {
      Request request =
          new Request.Builder().url(SERVICE + "/").header("X-Session", "s" + session).build();
      String first = send(client, request);
      used.add(first);
      for (int i = 0; i < 5; i++) {
        assertThat(send(client, request)).isEqualTo(first);
      }
    }
    assertThat(used).hasSizeGreaterThan(1);

    Request request = new Request.Builder().url(SERVICE + "/").header("X-Session", "s1").build();
    String before = send(client, request);
    instance(before).close();
    String after = send(client, request);
    assertThat(after).isNotEqualTo(before);
    instance(before).restart();
    awaitReady(3);
    assertThat(send(client, request)).isEqualTo(after);
  }

  @Test
  void aSessionThatAnInstanceBeganStaysThere() throws IOException {
    Affinity bySession = Affinity.cookie("SID");
    Set<String> used = new HashSet<>();
    for (int user = 0; user < 12; user++) {
      OkHttpClient client =
          LoadBalancedOkHttp.builder(cluster)
              .affinity(bySession)
              .wrap(new OkHttpClient.Builder().cookieJar(new Jar()).build());
      String name = get(client, "/login");
      used.add(name);
      for (int i = 1; i <= 5; i++) {
        assertThat(get(client, "/count")).isEqualTo(name + " " + i);
      }
    }
    assertThat(used).hasSizeGreaterThan(1);
  }

  @Test
  void aSlowOwnerIsWaitedForAlthoughReadsAreHedged() throws IOException {
    cluster.close();
    cluster =
        cluster(
            Hedging.builder()
                .share(0.5)
                .leastDelay(Duration.ofMillis(20))
                .leastSamples(10)
                .burst(1000)
                .build());
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 3)).isTrue();
    OkHttpClient sessionless = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              for (int i = 0; i < 30; i++) {
                get(sessionless, "/" + i);
              }
              return !cluster.snapshot().hedges().delay().isZero();
            });
    OkHttpClient client =
        LoadBalancedOkHttp.builder(cluster)
            .affinity(Affinity.cookie("SID"))
            .wrap(new OkHttpClient.Builder().cookieJar(new Jar()).build());
    String owner = get(client, "/login");
    instances.forEach(one -> one.pauseMillis = 300);
    assertThat(get(client, "/count")).isEqualTo(owner + " 1");
    instance(owner).pauseMillis = 2500; // over what an impatient read waits
    assertThat(get(client, "/count")).isEqualTo(owner + " 2");
    instance(owner).pauseMillis = 0;
    assertThat(get(client, "/count")).isEqualTo(owner + " 3");
  }

  @Test
  void aCookieThatTheRequestBringsCountsToo() throws IOException {
    OkHttpClient client =
        LoadBalancedOkHttp.builder(cluster)
            .affinity(Affinity.cookie("SID"))
            .wrap(new OkHttpClient());
    String cookie;
    String name;
    try (Response response =
        client.newCall(new Request.Builder().url(SERVICE + "/login").build()).execute()) {
      cookie = response.header("Set-Cookie").split(";")[0];
      name = response.body().string();
    }
    Request count =
        new Request.Builder()
            .url(SERVICE + "/count")
            .header("Cookie", "theme=dark; " + cookie)
            .build();
    for (int i = 1; i <= 10; i++) {
      assertThat(send(client, count)).isEqualTo(name + " " + i);
    }
  }

  @Test
  void aRequestMaySayByItselfWhatItBelongsTo() throws IOException {
    OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
    Set<String> used = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      used.add(
          send(
              client,
              new Request.Builder()
                  .url(SERVICE + "/" + i)
                  .tag(Affinity.class, Affinity.of("tenant-7"))
                  .build()));
    }
    assertThat(used).hasSize(1);
  }

  @Test
  void aPageThatFailsEverywhereMovesNoSession() throws IOException {
    OkHttpClient client =
        LoadBalancedOkHttp.builder(cluster)
            .affinity(Affinity.cookie("SID"))
            .wrap(new OkHttpClient.Builder().cookieJar(new Jar()).build());
    String owner = get(client, "/login");
    instances.forEach(one -> one.failing = true);
    Request page = new Request.Builder().url(SERVICE + "/count").build();
    try (Response response = client.newCall(page).execute()) {
      assertThat(response.code()).isEqualTo(500);
    }
    assertThat(cluster.snapshot().failovers()).isZero();
    instances.forEach(one -> one.failing = false);
    assertThat(get(client, "/count")).isEqualTo(owner + " 1");
  }
}
