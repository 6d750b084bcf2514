package io.nodewise.lb.awssdk;

import static io.nodewise.lb.awssdk.HeldHttpClient.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.hedge.HedgeThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** Two attempts of one read, answered in every order: one answer, and nothing left behind. */
class HedgedExchangeTest extends HedgedCalls {
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
    Future<HttpExecuteResponse> call = callers.submit(request);
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
    soon().until(() -> !faulty().isEmpty());
    assertThat(call).isNotDone();
    http.first().answer(200);
    assertThat(result(call)).isEqualTo("200 " + http.first().node);
    assertThat(faulty()).containsExactly(http.second().node);
  }

  @Test
  void where_the_second_breaks_the_first_goes_on() throws Exception {
    Future<String> call = called(get());
    http.second().fail("Connection reset");
    soon().until(() -> !faulty().isEmpty());
    http.first().answer(200);
    assertThat(result(call)).isEqualTo("200 " + http.first().node);
    assertThat(faulty()).containsExactly(http.second().node);
  }

  @Test
  void where_the_first_breaks_the_second_is_waited_for() throws Exception {
    Future<String> call = called(get());
    http.second();
    http.first().fail("Connection reset");
    soon().until(() -> !faulty().isEmpty());
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
    soon().until(() -> loads() == 1);
    http.second().answer(200);
    assertThat(result(call)).isEqualTo("200 " + http.second().node);
    assertThat(http.first().bodyAborted).isTrue();
  }

  /** The clock of a silent body is that of a refusal's, too: nobody waits for it for ever. */
  @Test
  void where_the_first_breaks_a_refusal_that_stalls_is_given_up() throws Exception {
    Future<String> call = called(get());
    HeldHttpClient.Sending second = http.second();
    second.stalls = true;
    second.answer(500);
    http.first().fail("Connection reset");
    soon().until(() -> faulty().equals(List.of(http.first().node)));
    soon() // by the clock from when its thread begins to read
        .until(
            () -> {
              nodes.advance(5_000);
              return second.aborted.get();
            });
    assertThatThrownBy(() -> result(call)).hasRootCauseMessage("Connection reset");
    assertThat(second.aborted).isTrue();
    assertThat(faulty()).containsExactlyInAnyOrder(http.first().node, second.node);
  }

  @Test
  void where_both_fail_it_is_the_first_ones_failure() throws Exception {
    Future<String> call = called(get());
    http.second().answer(500);
    soon().until(() -> !faulty().isEmpty());
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
    soon().until(() -> loads() == 1);
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

  /** He waited for so long because he wanted to, not because it took so long. */
  @Test
  void an_abort_says_nothing_about_how_fast_a_node_is() throws Exception {
    for (int i = 0; i < 60; i++) {
      http.forget();
      ExecutableHttpRequest request = get();
      Future<String> call = called(request);
      http.first();
      http.second();
      nodes.advance(500);
      request.abort();
      assertThatThrownBy(() -> result(call)).hasRootCauseMessage("aborted");
    }
    assertThat(nodes.balancer().snapshot().nodes())
        .allSatisfy(node -> assertThat(node.firstByteP99()).isLessThan(Duration.ofMillis(100)));
  }

  @Test
  void an_abort_ends_the_wait_for_the_second() throws Exception {
    ExecutableHttpRequest request = get();
    Future<String> call = called(request);
    http.second();
    http.first().fail("Connection reset");
    soon().until(() -> !faulty().isEmpty());
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
    soon().until(() -> !faulty().isEmpty());
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
    assertThat(threads("nodewise-hedge-timer")).as("nothing after the end").isEmpty();
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
    soon().until(second.bodyAborted::get);
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
    assertThat(threads("nodewise-hedge-test")).hasSize(HedgeThreads.MOST);
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
}
