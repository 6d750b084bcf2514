package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.VirtualCluster;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.Hedging;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** Two attempts of one read, answered in every order: one answer, and nothing left behind. */
@Timeout(120)
class HedgedExchangeTest {
  private static final GetObjectRequest GET =
      GetObjectRequest.builder().bucket("b").key("k").build();

  private final VirtualCluster nodes =
      VirtualCluster.up(
          builder ->
              builder
                  .nodes("http://n{1...4}:9000")
                  .hedging(
                      Hedging.builder()
                          .share(0.5)
                          .leastDelay(Duration.ofMillis(1))
                          .leastSamples(1)
                          .burst(1000)
                          .build()));
  private final ApiCalls calls = new ApiCalls(nodes.balancer());
  private final HeldHttpClient http = new HeldHttpClient();
  private final HedgeThreads threads = new HedgeThreads("test");
  private final BalancedTransport transport =
      new BalancedTransport(http, true, calls, new Confirmation(), threads);
  private final ExecutorService callers = Executors.newCachedThreadPool();

  @BeforeEach
  void learn() {
    reads(2000);
    assertThat(nodes.balancer().snapshot().hedges().delay()).isEqualTo(Duration.ofMillis(1));
  }

  /** So many reads are known, and half as many hedges allowed, up to a thousand. */
  private void reads(int count) {
    for (int i = 0; i < count; i++) {
      Attempt read = nodes.begin();
      read.firstByte();
      read.end(Outcome.success());
    }
    nodes.advance(1500);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    try {
      assertThat(nodes.balancer().snapshot().inFlight()).isZero();
      assertThat(transport.openAnswers()).isZero();
      assertThat(threads.waiting()).as("timers").isZero();
    } finally {
      transport.close();
      nodes.close();
      callers.shutdown();
    }
    assertThat(callers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    await("threads end")
        .atMost(Duration.ofSeconds(5))
        .until(() -> OnS3Nodes.threads("nodewise-hedge").isEmpty());
  }

  private ExecutableHttpRequest prepare(String operation, SdkRequest request, SdkHttpMethod by) {
    SdkHttpFullRequest signed =
        SdkHttpFullRequest.builder()
            .method(by)
            .uri(URI.create("http://n1:9000/b/k"))
            .putHeader("Host", "n1:9000")
            .putHeader(ApiCalls.ID_HEADER, UUID.randomUUID().toString())
            .build();
    calls.file(signed, calls.begin(operation, request, null, null, null));
    return transport.prepareRequest(HttpExecuteRequest.builder().request(signed).build());
  }

  private ExecutableHttpRequest get() {
    return prepare("GetObject", GET, SdkHttpMethod.GET);
  }

  private static String read(HttpExecuteResponse response) throws Exception {
    return new String(response.responseBody().orElseThrow().readAllBytes());
  }

  /** Calls it on a thread of its own; what it gives is the status and the body. */
  private Future<String> called(ExecutableHttpRequest request) {
    return callers.submit(
        () -> {
          HttpExecuteResponse response = request.call();
          return response.httpResponse().statusCode() + " " + read(response);
        });
  }

  private static String result(Future<String> call) throws Exception {
    return call.get(20, TimeUnit.SECONDS);
  }

  private List<String> faulty() {
    return nodes.balancer().snapshot().nodes().stream()
        .filter(node -> node.faults() > 0)
        .map(node -> node.node().id())
        .toList();
  }

  private long loads() {
    return nodes.balancer().snapshot().nodes().stream().mapToLong(NodeSnapshot::loads).sum();
  }

  private long won() {
    return nodes.balancer().snapshot().hedges().won();
  }

  // Who wins.

  @Test
  void the_second_answers_first() throws Exception {
    Future<String> call = called(get());
    HeldHttpClient.Sending first = http.first();
    HeldHttpClient.Sending second = http.second();
    second.answer(200);
    assertThat(result(call)).isEqualTo("200 " + second.node).isNotEqualTo("200 " + first.node);
    assertThat(first.aborted).isTrue();
    assertThat(won()).isEqualTo(1);
    assertThat(faulty()).isEmpty();
  }

  @Test
  void the_first_answers_first_after_all() throws Exception {
    Future<String> call = called(get());
    HeldHttpClient.Sending second = http.second();
    http.first().answer(200);
    assertThat(result(call)).isEqualTo("200 " + http.first().node);
    assertThat(second.aborted).isTrue();
    assertThat(won()).isZero();
    assertThat(nodes.balancer().snapshot().hedges().begun()).isEqualTo(1);
    assertThat(faulty()).isEmpty();
  }

  @Test
  void who_answers_in_time_is_alone() throws Exception {
    List<Long> counts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      HttpExecuteResponse response = atOnce(get());
      assertThat(read(response)).startsWith("n");
      counts.add((long) threads.waiting());
    }
    assertThat(counts).as("timers are taken back").containsOnly(0L);
  }

  private HttpExecuteResponse atOnce(ExecutableHttpRequest request) throws Exception {
    int before = http.count();
    Future<HttpExecuteResponse> call = callers.submit(request::call);
    http.sent(before).answer(200);
    return call.get(20, TimeUnit.SECONDS);
  }

  @Test
  void not_found_is_an_answer_and_wins() throws Exception {
    Future<String> call = called(get());
    http.second().answer(404);
    assertThat(result(call)).isEqualTo("404 " + http.second().node);
    assertThat(http.first().aborted).isTrue();
  }

  // Failures.

  @Test
  void where_the_second_fails_the_first_goes_on() throws Exception {
    Future<String> call = called(get());
    http.second().answer(500);
    await().until(() -> !faulty().isEmpty());
    assertThat(call).isNotDone();
    http.first().answer(200);
    assertThat(result(call)).isEqualTo("200 " + http.first().node);
    assertThat(faulty()).containsExactly(http.second().node);
  }

  @Test
  void where_the_second_breaks_the_first_goes_on() throws Exception {
    Future<String> call = called(get());
    http.second().fail("Connection reset");
    await().until(() -> !faulty().isEmpty());
    http.first().answer(200);
    assertThat(result(call)).isEqualTo("200 " + http.first().node);
    assertThat(faulty()).containsExactly(http.second().node);
  }

  @Test
  void where_the_first_breaks_the_second_is_waited_for() throws Exception {
    Future<String> call = called(get());
    http.second();
    http.first().fail("Connection reset");
    await().until(() -> !faulty().isEmpty());
    assertThat(call).isNotDone();
    assertThat(nodes.balancer().snapshot().inFlight()).isEqualTo(1);
    http.second().answer(200);
    assertThat(result(call)).isEqualTo("200 " + http.second().node);
    assertThat(faulty()).containsExactly(http.first().node);
    assertThat(http.count()).isEqualTo(2);
  }

  @Test
  void where_the_first_asks_for_less_the_second_is_waited_for() throws Exception {
    Future<String> call = called(get());
    http.second();
    http.first().answer(503);
    await().until(() -> loads() == 1);
    http.second().answer(200);
    assertThat(result(call)).isEqualTo("200 " + http.second().node);
    assertThat(http.first().bodyAborted).isTrue();
  }

  @Test
  void where_both_fail_it_is_the_first_ones_failure() throws Exception {
    Future<String> call = called(get());
    http.second().answer(500);
    await().until(() -> !faulty().isEmpty());
    http.first().fail("Connection reset");
    assertThatThrownBy(() -> result(call))
        .hasRootCauseMessage("Connection reset")
        .hasMessageContaining(http.first().node);
    assertThat(faulty()).containsExactlyInAnyOrder(http.first().node, http.second().node);
    assertThat(nodes.balancer().snapshot().failovers()).isZero();
  }

  @Test
  void where_both_refuse_it_is_the_first_ones_answer() throws Exception {
    Future<String> call = called(get());
    http.second();
    http.first().answer(503);
    await().until(() -> loads() == 1);
    http.second().answer(500);
    assertThat(result(call)).isEqualTo("503 <Code>SlowDown</Code>");
    assertThat(faulty()).containsExactly(http.second().node);
  }

  // The caller gives up.

  @Test
  void an_abort_ends_both() throws Exception {
    ExecutableHttpRequest request = get();
    Future<String> call = called(request);
    http.second();
    request.abort();
    assertThatThrownBy(() -> result(call)).hasRootCauseMessage("aborted");
    assertThat(http.first().aborted).isTrue();
    assertThat(http.second().aborted).isTrue();
    assertThat(faulty()).isEmpty();
  }

  @Test
  void an_abort_ends_the_wait_for_the_second() throws Exception {
    ExecutableHttpRequest request = get();
    Future<String> call = called(request);
    http.second();
    http.first().fail("Connection reset");
    await().until(() -> !faulty().isEmpty());
    request.abort();
    assertThatThrownBy(() -> result(call)).hasRootCauseMessage("Connection reset");
    assertThat(http.second().aborted).isTrue();
    assertThat(faulty()).containsExactly(http.first().node);
  }

  @Test
  void an_interrupt_ends_the_wait_for_the_second() throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    ExecutableHttpRequest request = get();
    Thread caller =
        new Thread(
            () -> {
              try {
                request.call();
              } catch (Exception e) {
                thrown.set(Thread.currentThread().isInterrupted() ? e : null);
              }
            });
    caller.start();
    http.second();
    http.first().fail("Connection reset");
    await().until(() -> !faulty().isEmpty());
    caller.interrupt();
    caller.join(10_000);
    assertThat(thrown.get()).as("and the flag stays set").isNotNull();
    assertThat(http.second().aborted).isTrue();
  }

  @Test
  void closing_the_client_ends_both() throws Exception {
    Future<String> call = called(get());
    http.second();
    transport.close();
    assertThatThrownBy(() -> result(call)).hasRootCauseMessage("aborted");
    assertThat(http.second().aborted).isTrue();
    assertThat(faulty()).isEmpty();
    assertThat(result(calledAndAnswered())).startsWith("200");
    assertThat(OnS3Nodes.threads("nodewise-hedge-timer")).as("nothing after the end").isEmpty();
  }

  private Future<String> calledAndAnswered() {
    int before = http.count();
    Future<String> call = called(get());
    http.sent(before).answer(200);
    return call;
  }

  @Test
  void an_answer_that_comes_although_it_was_aborted_is_dropped() throws Exception {
    Future<String> call = called(get());
    HeldHttpClient.Sending second = http.second();
    second.ignoresAbort = true;
    http.first().answer(200);
    assertThat(result(call)).startsWith("200");
    assertThat(nodes.balancer().snapshot().inFlight()).as("nobody waits for it").isZero();
    second.answer(200);
    await().until(second.bodyAborted::get);
  }

  // What is not sent twice.

  private void assertAlone(String operation, SdkRequest request, SdkHttpMethod by)
      throws Exception {
    http.forget();
    Future<String> call = called(prepare(operation, request, by));
    http.first();
    TimeUnit.MILLISECONDS.sleep(50); // fifty times the delay
    http.first().answer(200);
    assertThat(result(call)).startsWith("200");
    assertThat(http.count()).isEqualTo(1);
  }

  @Test
  void uploads_and_listings_are_never_sent_twice() throws Exception {
    assertAlone(
        "PutObject", PutObjectRequest.builder().bucket("b").key("k").build(), SdkHttpMethod.PUT);
    assertAlone(
        "ListObjectsV2", ListObjectsV2Request.builder().bucket("b").build(), SdkHttpMethod.GET);
  }

  @Test
  void where_every_thread_is_busy_the_first_goes_on_alone() throws Exception {
    List<Future<String>> stuck = new ArrayList<>();
    for (int i = 0; i < HedgeThreads.MOST; i++) {
      stuck.add(called(get()));
      http.sent(2 * i + 1);
    }
    assertThat(OnS3Nodes.threads("nodewise-hedge-test")).hasSize(HedgeThreads.MOST);
    Future<String> alone = called(get());
    http.sent(2 * HedgeThreads.MOST);
    TimeUnit.MILLISECONDS.sleep(50);
    assertThat(http.count()).isEqualTo(2 * HedgeThreads.MOST + 1);
    for (int i = 0; i < http.count(); i++) {
      http.sent(i).answer(200);
    }
    assertThat(result(alone)).startsWith("200");
    for (Future<String> call : stuck) {
      assertThat(result(call)).startsWith("200");
    }
    assertThat(nodes.balancer().snapshot().hedges().denied()).isZero();
  }

  // Races.

  /** Both do what they do at the same moment, many times. */
  private void race(
      int times, Consumer<HeldHttpClient.Sending> first, Consumer<HeldHttpClient.Sending> second)
      throws Exception {
    for (int i = 0; i < times; i++) {
      http.forget();
      ExecutableHttpRequest request = get();
      Future<String> call = called(request);
      HeldHttpClient.Sending one = http.first();
      HeldHttpClient.Sending other = http.second();
      CyclicBarrier together = new CyclicBarrier(2);
      Future<?> beside =
          callers.submit(
              () -> {
                together.await();
                second.accept(other);
                return null;
              });
      together.await();
      first.accept(one);
      String result = result(call);
      beside.get(20, TimeUnit.SECONDS);
      assertThat(result).isIn("200 " + one.node, "200 " + other.node);
      assertThat(nodes.balancer().snapshot().inFlight()).as("race %s", i).isZero();
      HeldHttpClient.Sending winner = result.endsWith(one.node) ? one : other;
      HeldHttpClient.Sending loser = winner == one ? other : one;
      assertThat(winner.bodyAborted).isFalse();
      await().until(loser::isOver);
    }
  }

  @Test
  void both_answer_at_once() throws Exception {
    race(800, one -> one.answer(200), other -> other.answer(200));
    assertThat(faulty()).isEmpty();
    assertThat(won()).isBetween(1L, 799L);
  }

  @Test
  void the_first_breaks_as_the_second_answers() throws Exception {
    for (int i = 1; i <= 50; i++) {
      race(1, one -> one.fail("Connection reset"), other -> other.answer(200));
      assertThat(won()).isEqualTo(i);
      forgetFaults();
    }
  }

  @Test
  void the_second_breaks_as_the_first_answers() throws Exception {
    for (int i = 1; i <= 50; i++) {
      race(1, one -> one.answer(200), other -> other.fail("Connection reset"));
      assertThat(nodes.balancer().snapshot().hedges().begun()).isEqualTo(i);
      forgetFaults();
    }
    assertThat(won()).isZero();
  }

  /** A node that failed lately is not hedged to. */
  private void forgetFaults() {
    nodes.advance(60_000);
    reads(200);
  }

  @Test
  void aborted_while_both_answer() throws Exception {
    int answered = 0;
    for (int i = 0; i < 500; i++) {
      http.forget();
      ExecutableHttpRequest request = get();
      Future<String> call = called(request);
      HeldHttpClient.Sending one = http.first();
      HeldHttpClient.Sending other = http.second();
      Future<?> beside = callers.submit(() -> other.answer(200));
      Future<?> abort = callers.submit(request::abort);
      one.answer(200);
      try {
        answered += result(call).startsWith("200") ? 1 : 0;
      } catch (java.util.concurrent.ExecutionException aborted) {
        assertThat(aborted).hasRootCauseMessage("aborted");
      }
      beside.get();
      abort.get();
      assertThat(nodes.balancer().snapshot().inFlight()).as("race %s", i).isZero();
    }
    assertThat(answered).isPositive();
    assertThat(faulty()).isEmpty();
  }
}
