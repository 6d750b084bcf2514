package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.HedgeSnapshot;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.retry.Hedging;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers, errors, resets, cancels and interrupts at about the time at which reads are hedged. */
@Timeout(60)
class HedgeStormTest {
  private static void serve(FaultServer.Connection connection, boolean isFaulty)
      throws IOException {
    while (connection.readRequest() != null) {
      ThreadLocalRandom random = ThreadLocalRandom.current();
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(8_000)));
      int chance = isFaulty ? random.nextInt(20) : -1;
      if (chance == 0) {
        return;
      }
      connection.write(
          chance == 1 ? "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno" : FaultServer.OK);
    }
  }

  @Test
  void nothingIsLeftOrMixedUp() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    List<FaultServer> servers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      boolean isFaulty = i == 0; // who has faults is not hedged to
      servers.add(new FaultServer(connection -> serve(connection, isFaulty)));
    }
    Hedging often =
        Hedging.builder()
            .share(0.5)
            .leastDelay(Duration.ofMillis(1))
            .leastSamples(10)
            .burst(1000)
            .build();
    LoadBalancer cluster =
        Clusters.inTurn(servers.stream().map(FaultServer::url).toArray(String[]::new))
            .hedging(often)
            .build();
    Set<Thread> callers = ConcurrentHashMap.newKeySet();
    OkHttpClient plain =
        new OkHttpClient.Builder()
            .addInterceptor(
                chain -> {
                  callers.add(Thread.currentThread());
                  return chain.proceed(chain.request());
                })
            .build();
    OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, plain);
    client.dispatcher().setMaxRequestsPerHost(16);

    int answered = 0;
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
    while (System.nanoTime() < until) {
      List<Call> calls = new ArrayList<>();
      List<CompletableFuture<byte[]>> reads = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        Call call = client.newCall(request("GET"));
        calls.add(call);
        reads.add(Clusters.enqueue(call));
      }
      for (int i = 0; i < 5; i++) {
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(3_000)));
        calls.get(random.nextInt(calls.size())).cancel();
        callers.stream()
            .skip(random.nextInt(callers.size() + 1))
            .findFirst()
            .ifPresent(Thread::interrupt);
      }
      for (CompletableFuture<byte[]> read : reads) {
        try {
          assertThat(new String(read.get(20, TimeUnit.SECONDS), UTF_8)).isIn("ok", "no");
          answered++;
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(IOException.class);
        }
      }
      Clusters.awaitNothingLeft(cluster, client);
    }
    HedgeSnapshot hedges = cluster.snapshot().hedges();
    assertThat(answered).isGreaterThan(100);
    assertThat(hedges.won()).isPositive();
    assertThat(hedges.begun()).isGreaterThan(hedges.won());
    cluster.close();
    for (FaultServer server : servers) {
      server.close();
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> Clusters.threads("nodewise-").isEmpty());
  }
}
