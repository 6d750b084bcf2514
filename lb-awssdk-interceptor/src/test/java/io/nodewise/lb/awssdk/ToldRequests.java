package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.health.HealthCheck;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;

/** Requests over an HTTP client that says what the test wants it to say. */
abstract class ToldRequests {
  final LoadBalancer cluster = cluster().build();
  final ApiCalls calls = new ApiCalls(cluster);
  final Told client = new Told();
  final AsyncTransport transport =
      new AsyncTransport(client, true, calls, new Confirmation(), new AsyncThreads("test"), false);
  final Heard heard = new Heard();

  LoadBalancerBuilder cluster() {
    return LoadBalancer.builder().nodes("http://n{1...3}:9000").healthCheck(HealthCheck.none());
  }

  /** The last request, and the side of the connection. */
  static class Told implements SdkAsyncHttpClient, Publisher<ByteBuffer> {
    final List<AsyncExecuteRequest> requests = new CopyOnWriteArrayList<>();
    volatile CompletableFuture<Void> future;
    volatile SdkAsyncHttpResponseHandler handler;
    Subscriber<? super ByteBuffer> reader;
    long asked;
    boolean cancelled;
    @Nullable Error dies; // at the next request

    @Override
    public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
      if (dies != null) {
        throw dies;
      }
      handler = request.responseHandler();
      future = new CompletableFuture<>();
      requests.add(request);
      return future;
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
      reader = subscriber;
      subscriber.onSubscribe(
          new Subscription() {
            @Override
            public void request(long n) {
              asked += n;
            }

            @Override
            public void cancel() {
              cancelled = true;
            }
          });
    }

    void answers(int length) {
      handler.onHeaders(
          SdkHttpResponse.builder()
              .statusCode(200)
              .putHeader("Content-Length", Integer.toString(length))
              .build());
      handler.onStream(this);
    }

    void sends(int bytes) {
      asked--;
      reader.onNext(ByteBuffer.allocate(bytes));
    }

    @Override
    public void close() {}
  }

  /** The SDK's side: every signal, in order. */
  static class Heard implements SdkAsyncHttpResponseHandler, Subscriber<ByteBuffer> {
    final List<String> signals = new ArrayList<>();
    Subscription subscription;
    Throwable failure;
    Throwable thrown; // by onNext

    @Override
    public void onHeaders(SdkHttpResponse head) {
      signals.add("head " + head.statusCode());
    }

    @Override
    public void onStream(Publisher<ByteBuffer> stream) {
      stream.subscribe(this);
    }

    @Override
    public void onSubscribe(Subscription to) {
      subscription = to;
    }

    @Override
    public void onNext(ByteBuffer bytes) {
      signals.add("bytes " + bytes.remaining());
      if (thrown instanceof Error error) {
        throw error;
      }
      if (thrown instanceof RuntimeException exception) {
        throw exception;
      }
    }

    /** Both of the handler and of the subscriber. */
    @Override
    public void onError(Throwable e) {
      failure = e;
      signals.add("error");
    }

    @Override
    public void onComplete() {
      signals.add("complete");
    }
  }

  @AfterEach
  void close() {
    assertThat(cluster.snapshot().inFlight()).isZero();
    assertThat(transport.openAnswers()).isZero();
    assertThat(transport.underWay()).isZero();
    transport.close();
    cluster.close();
  }

  static SdkHttpFullRequest get() {
    return SdkHttpFullRequest.builder()
        .method(SdkHttpMethod.GET)
        .uri(URI.create("http://n1:9000/b/k"))
        .putHeader("Host", "n1:9000")
        .putHeader(ApiCalls.ID_HEADER, "id")
        .build();
  }

  CompletableFuture<Void> begin() {
    return begin(heard);
  }

  CompletableFuture<Void> begin(SdkAsyncHttpResponseHandler handler) {
    SdkHttpFullRequest request = get();
    ApiCall call = calls.of(request);
    calls.file(request, call);
    return transport.execute(
        AsyncExecuteRequest.builder().request(request).responseHandler(handler).build());
  }
}
