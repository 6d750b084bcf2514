package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;

/** What the SDK hears of an attempt. */
class AsyncRequestTest extends ToldRequests {
  @Test
  void what_is_asked_for_is_passed_on_and_no_more() {
    CompletableFuture<Void> future = begin();
    client.answers(20);
    assertThat(client.asked).as("nobody asked").isZero();

    heard.subscription.request(1);
    assertThat(client.asked).isEqualTo(1);
    client.sends(15);
    assertThat(client.asked).isZero();
    heard.subscription.request(2);
    client.sends(5);
    client.reader.onComplete();
    client.future.complete(null);

    assertThat(heard.signals).containsExactly("head 200", "bytes 15", "bytes 5", "complete");
    assertThat(future).isCompleted();
  }

  /** Such as a transformer whose array would be too large. */
  @Test
  void a_reader_that_throws_fails_its_call_and_leaves_nothing() {
    for (Throwable thrown :
        List.of(new IllegalStateException("a bug"), new OutOfMemoryError("too large"))) {
      heard.thrown = thrown;
      CompletableFuture<Void> future = begin();
      client.answers(20);
      heard.subscription.request(1);
      client.sends(15);

      assertThat(future).isCompletedExceptionally();
      assertThat(heard.failure).isSameAs(thrown);
      assertThat(client.future).as("its connection").isCompletedExceptionally();
    }
  }

  @Test
  void a_call_that_is_cancelled_between_head_and_body_leaves_nothing() {
    CompletableFuture<Void> future = begin();
    client.handler.onHeaders(
        SdkHttpResponse.builder().statusCode(200).putHeader("Content-Length", "20").build());
    future.cancel(true);
    client.handler.onStream(client);
    client.handler.onError(new IOException("closed"));

    assertThat(heard.signals).containsExactly("error");
    assertThat(cluster.snapshot().inFlight()).isZero();
  }

  /** Netty tells the handler and the future of a body that breaks off, and not its subscriber. */
  @Test
  void a_body_that_breaks_off_ends_once_whoever_says_so() {
    CompletableFuture<Void> future = begin();
    client.answers(20);
    heard.subscription.request(5);
    client.sends(15);
    IOException gone = new IOException("The connection was closed during the request.");
    client.handler.onError(gone);
    client.future.completeExceptionally(gone);
    client.reader.onComplete();

    assertThat(heard.signals)
        .as("the subscriber, then the handler")
        .containsExactly("head 200", "bytes 15", "error", "error");
    assertThat(heard.failure).isInstanceOf(NodeFailedException.class);
    assertThat(future).isCompletedExceptionally();
    assertThat(cluster.snapshot().nodes()).anyMatch(node -> node.faults() == 1);
  }

  @Test
  void a_body_that_ends_early_is_none() {
    CompletableFuture<Void> future = begin();
    client.answers(20);
    heard.subscription.request(5);
    client.sends(15);
    client.reader.onComplete();
    client.future.complete(null);

    assertThat(heard.signals).containsExactly("head 200", "bytes 15", "error", "error");
    assertThat(heard.failure).hasMessageContaining("15 of 20 bytes");
    assertThat(future).isCompletedExceptionally();
  }

  @Test
  void nothing_sent_goes_to_the_next_node_unheard() {
    CompletableFuture<Void> future = begin();
    ConnectException refused = new ConnectException("Connection refused");
    CompletableFuture<Void> first = client.future;
    client.handler.onError(refused);
    first.completeExceptionally(refused);
    await().until(() -> client.requests.size() == 2);
    client.answers(0);
    client.reader.onComplete();
    client.future.complete(null);

    assertThat(client.requests)
        .extracting(request -> request.request().host())
        .doesNotHaveDuplicates()
        .hasSize(2);
    assertThat(heard.signals).containsExactly("head 200", "complete");
    assertThat(future).isCompleted();
  }

  @Test
  void who_is_completed_from_outside_is_told_once_and_then_nothing() {
    CompletableFuture<Void> future = begin();
    CompletableFuture<Void> delegates = client.future;
    SdkAsyncHttpResponseHandler late = client.handler;

    future.cancel(true);

    assertThat(heard.signals).containsExactly("error");
    assertThat(cluster.snapshot().inFlight()).isZero();
    assertThat(delegates).as("its connection is closed").isCompletedExceptionally();
    late.onError(new IOException("closed"));
    late.onHeaders(SdkHttpResponse.builder().statusCode(200).build());
    assertThat(heard.signals).containsExactly("error");
    assertThat(calls.size()).as("records of calls").isZero();
    assertThat(cluster.snapshot().nodes()).allMatch(node -> node.faults() == 0);
  }

  /** Else an error of the first would be taken for one of the second. */
  @Test
  void an_attempt_that_the_sdk_has_left_is_over_when_the_next_begins() {
    SdkHttpFullRequest request = get();
    ApiCall call = calls.of(request);
    calls.file(request, call);
    CompletableFuture<Void> first =
        transport.execute(
            AsyncExecuteRequest.builder().request(request).responseHandler(heard).build());
    SdkAsyncHttpResponseHandler late = client.handler;

    call.leaveLast(); // as the interceptor does it

    assertThat(first).isCompletedExceptionally();
    assertThat(heard.signals).containsExactly("error");
    heard.signals.clear();
    late.onError(new IOException("late"));
    first.completeExceptionally(new IllegalStateException("the SDK's time-out"));
    assertThat(heard.signals).isEmpty();
  }

  @Test
  void closing_ends_what_is_under_way() {
    CompletableFuture<Void> waiting = begin();

    transport.close();

    assertThat(waiting).isCompletedExceptionally();
    assertThat(heard.failure).hasMessageContaining("closed");
    assertThat(cluster.snapshot().inFlight()).isZero();
  }
}
