package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.hedge.HedgeThreads;
import io.nodewise.lb.retry.Hedging;
import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Second attempts for which no thread can be had, or that end in an error. */
@Timeout(60)
class HedgeErrorsTest {
  private final List<FaultServer> servers = new ArrayList<>();
  private volatile boolean isSlow; // the first node, until it answers
  private volatile boolean isBroken; // the user's interceptor, on threads for second attempts
  private LoadBalancer cluster;
  private OkHttpClient client;

  @BeforeEach
  void start() throws IOException {
    for (int i = 0; i < 2; i++) {
      boolean isFirst = i == 0;
      servers.add(new FaultServer(connection -> serve(connection, isFirst)));
    }
    cluster =
        Clusters.inTurn(servers.get(0).url(), servers.get(1).url())
            .hedging(
                Hedging.builder()
                    .share(0.5)
                    .leastDelay(Duration.ofMillis(20))
                    .leastSamples(10)
                    .burst(1000)
                    .build())
            .build();
    OkHttpClient plain =
        new OkHttpClient.Builder()
            .addNetworkInterceptor(
                chain -> {
                  if (isBroken && Thread.currentThread().getName().startsWith("nodewise-hedge")) {
                    throw new OutOfMemoryError("of an interceptor, as the test says");
                  }
                  return chain.proceed(chain.request());
                })
            .build();
    client = LoadBalancedOkHttp.wrap(cluster, plain);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              for (int i = 0; i < 30; i++) {
                Clusters.assertOk(client, "GET");
              }
              return !cluster.snapshot().hedges().delay().isZero();
            });
  }

  private void serve(FaultServer.Connection connection, boolean isFirst) throws IOException {
    while (connection.readRequest() != null) {
      if (isFirst && isSlow) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
      }
      connection.write(FaultServer.OK);
    }
  }

  @AfterEach
  void stop() throws IOException {
    Clusters.assertIdle(cluster);
    Clusters.awaitNothingLeft(cluster, client);
    cluster.close();
    for (FaultServer server : servers) {
      server.close();
    }
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> Clusters.threads("nodewise-hedge").isEmpty());
  }

  /** The executors that hold hedge threads: of the timer, or of the attempts. */
  private ThreadPoolExecutor executor(String name) throws ReflectiveOperationException {
    HedgeThreads threads = Clusters.shared(client).hedges();
    Field field = HedgeThreads.class.getDeclaredField(name);
    field.setAccessible(true);
    return (ThreadPoolExecutor) field.get(threads);
  }

  /** The system has no threads left while the action runs. */
  private static void withoutThreads(ThreadPoolExecutor executor, Action action) throws Exception {
    Duration idle = Duration.ofNanos(executor.getKeepAliveTime(TimeUnit.NANOSECONDS));
    ThreadFactory real = executor.getThreadFactory();
    executor.setKeepAliveTime(1, TimeUnit.MILLISECONDS);
    await().atMost(Duration.ofSeconds(10)).until(() -> executor.getPoolSize() == 0);
    executor.setThreadFactory(
        task -> {
          throw new OutOfMemoryError("unable to create native thread: as the test says");
        });
    try {
      action.run();
    } finally {
      executor.setThreadFactory(real);
      executor.setKeepAliveTime(idle.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private interface Action {
    void run() throws Exception;
  }

  /** The nodes take turns, but a read of the warm-up may have been hedged. */
  private void untilTheNextIsTheFirstNodes() throws IOException {
    for (int i = 0; ask() != 1; i++) {
      assertThat(i).isLessThan(100);
    }
  }

  /** Which node answers a read that the first node is slow with. */
  private int answeredBy() throws IOException {
    untilTheNextIsTheFirstNodes();
    isSlow = true;
    try {
      return ask();
    } finally {
      Clusters.assertIdle(cluster);
      isSlow = false;
    }
  }

  private int ask() throws IOException {
    try (Response response = client.newCall(request("GET")).execute()) {
      assertThat(response.body().string()).isEqualTo("ok");
      int port = response.networkResponse().request().url().port();
      return servers.get(0).url().endsWith(":" + port) ? 0 : 1;
    }
  }

  /** All is as ever. */
  private void assertHedgesAgain() throws IOException {
    assertThat(answeredBy()).isEqualTo(1);
  }

  @Test
  void noThreadForTheTimer() throws Exception {
    withoutThreads(
        executor("timer"),
        () -> {
          assertThatThrownBy(() -> client.newCall(request("GET")).execute())
              .isInstanceOf(OutOfMemoryError.class);
          Clusters.assertIdle(cluster);
        });
    assertHedgesAgain();
    await().until(() -> Clusters.shared(client).hedges().waiting() == 0);
  }

  @Test
  void noThreadForASecondAttempt() throws Exception {
    withoutThreads(executor("threads"), () -> assertThat(answeredBy()).isZero());
    assertHedgesAgain();
  }

  @Test
  void anErrorInASecondAttempt() throws Exception {
    isBroken = true;
    assertThat(answeredBy()).isZero();
    assertThat(Clusters.faults(cluster)).isZero();
    isBroken = false;
    assertHedgesAgain();
  }
}
