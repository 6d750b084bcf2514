package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RetryToken;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Ends of which nobody tells: each leaves nothing behind. */
class AsyncEndsTest extends ToldRequests {

  /** As a transformer that hands the body on, and whoever gets it does not subscribe. */
  private static final class Unread extends Heard {
    @SuppressWarnings("unused") // reached through this alone
    private Publisher<ByteBuffer> stream;

    @Override
    public void onStream(Publisher<ByteBuffer> handedOn) {
      stream = handedOn;
    }
  }

  /** In a frame of its own, so that nothing on the stack keeps the answer. */
  private CompletableFuture<Void> dropped(int length) {
    Unread unread = new Unread();
    CompletableFuture<Void> future = begin(unread);
    client.answers(length);
    assertThat(unread.signals).containsExactly("head 200");
    return future;
  }

  private void collected() {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              System.gc();
              return cluster.snapshot().inFlight() == 0 && transport.underWay() == 0;
            });
    await().until(() -> transport.openAnswers() == 0);
  }

  @Test
  void an_answer_that_is_dropped_unread_is_over() {
    CompletableFuture<Void> future = dropped(20);
    CompletableFuture<Void> connection = client.future;
    assertThat(transport.underWay()).isEqualTo(1);

    collected();

    await().until(connection::isCompletedExceptionally);
    await().until(future::isCompletedExceptionally);
    assertThat(cluster.snapshot().nodes()).allMatch(node -> node.faults() == 0);
  }

  @Test
  void an_error_of_the_http_client_ends_the_call() {
    client.dies = new NoClassDefFoundError("a class of the HTTP client's, as the test says");
    CompletableFuture<Void> future = begin();
    assertThat(future).isCompletedExceptionally();
    assertThat(heard.signals).containsExactly("error");
    assertThat(cluster.snapshot().nodes()).allMatch(node -> node.faults() == 0);
  }

  @Test
  void an_answer_that_came_whole_and_is_dropped_unread_is_over() {
    dropped(0);
    client.reader.onComplete();
    client.future.complete(null);

    assertThat(transport.underWay()).as("there is nothing to end").isZero();
  }

  @Test
  void an_answer_that_broke_off_unread_is_over() {
    dropped(20);
    client.handler.onError(new IOException("closed"));

    collected();
  }

  /** Nothing is lost to who takes his time. */
  @Test
  void an_answer_that_came_whole_is_there_for_who_subscribes_later() {
    Unread unread = new Unread();
    CompletableFuture<Void> future = begin(unread);
    client.answers(0);
    client.reader.onComplete();
    client.future.complete(null);

    unread.stream.subscribe(heard);

    assertThat(heard.signals).containsExactly("complete");
    assertThat(future).isCompleted();
  }

  @Test
  void who_subscribes_late_to_what_broke_off_goes_on_elsewhere_and_is_under_way() {
    Unread unread = new Unread();
    SdkHttpFullRequest request = get();
    GetObjectRequest getObject = GetObjectRequest.builder().bucket("b").key("k").build();
    calls.file(request, calls.begin("GetObject", getObject, null, null, null));
    CompletableFuture<Void> future =
        transport.execute(
            AsyncExecuteRequest.builder().request(request).responseHandler(unread).build());
    client.handler.onHeaders(
        SdkHttpResponse.builder()
            .statusCode(200)
            .putHeader("Content-Length", "20")
            .putHeader("ETag", "\"tag\"")
            .build());
    client.handler.onStream(client);
    client.handler.onError(new IOException("closed"));
    assertThat(transport.underWay()).isZero();

    unread.stream.subscribe(heard);
    heard.subscription.request(1);
    assertThat(client.requests).hasSize(2);
    assertThat(transport.underWay()).isEqualTo(1);
    heard.subscription.cancel();

    assertThat(future).isCompletedExceptionally();
  }

  // Records of calls.

  private static SdkHttpFullRequest request(String id) {
    return get().toBuilder().putHeader(ApiCalls.ID_HEADER, id).build();
  }

  /** The SDK begins no attempt of a call that is cancelled, and tells no interceptor. */
  @Test
  void a_call_that_is_cancelled_while_it_waits_for_its_next_attempt_leaves_no_record() {
    FailoverRetryStrategy retries =
        new FailoverRetryStrategy(AwsRetryStrategy.forRetryMode(RetryMode.STANDARD), calls);
    RetryToken token = retries.acquireInitialToken(AcquireInitialTokenRequest.create("s3")).token();
    calls.file(request("answered"), calls.of(request("answered")));
    retries.refreshRetryToken(
        RefreshRetryTokenRequest.builder().token(token).failure(slowDown("answered")).build());

    assertThat(calls.size()).isZero();
  }

  private static S3Exception slowDown(String id) {
    return (S3Exception)
        S3Exception.builder()
            .statusCode(503)
            .awsErrorDetails(
                AwsErrorDetails.builder()
                    .errorCode("SlowDown")
                    .sdkHttpResponse(
                        SdkHttpResponse.builder()
                            .statusCode(503)
                            .putHeader(ApiCalls.ID_HEADER, id)
                            .build())
                    .build())
            .build();
  }

  @Test
  void an_attempt_that_failed_leaves_no_record() {
    CompletableFuture<Void> future = begin();
    client.handler.onError(new IOException("Connection reset"));

    assertThat(future).isCompletedExceptionally();
    assertThat(calls.size()).isZero();
  }

  @Test
  void a_call_that_is_cancelled_when_its_answer_was_read_leaves_no_record() {
    CompletableFuture<Void> future = begin();
    client.answers(0);
    client.reader.onComplete();
    assertThat(future).isCompleted();
    assertThat(calls.size()).as("the interceptor ends it").isEqualTo(1);

    future.completeExceptionally(new IOException("cancelled, as the SDK hands it on"));

    assertThat(calls.size()).isZero();
    assertThat(client.future).as("its connection").isNotCompletedExceptionally();
  }
}
