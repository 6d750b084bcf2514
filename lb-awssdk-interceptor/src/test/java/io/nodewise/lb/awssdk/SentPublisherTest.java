package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.Attempt;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;

/** What the clocks hear of a request body. */
class SentPublisherTest {
  private final List<String> heard = new ArrayList<>();

  private final Attempt attempt =
      (Attempt)
          Proxy.newProxyInstance(
              Attempt.class.getClassLoader(),
              new Class<?>[] {Attempt.class},
              (proxy, method, arguments) -> {
                heard.add(method.getName());
                return null;
              });

  private SentPublisher publisher(int length, boolean saysSo) {
    AsyncRequestBody body = AsyncRequestBody.fromBytes(new byte[length]);
    SdkHttpContentPublisher content =
        new SdkHttpContentPublisher() {
          @Override
          public Optional<Long> contentLength() {
            return saysSo ? body.contentLength() : Optional.empty();
          }

          @Override
          public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
            body.subscribe(subscriber);
          }
        };
    SentPublisher publisher =
        SentPublisher.of(
            SdkHttpFullRequest.builder()
                .method(SdkHttpMethod.PUT)
                .uri(URI.create("http://n1:9000/b/k"))
                .build(),
            content);
    publisher.watchedBy(attempt);
    return publisher;
  }

  /** CRT's client asks for more when it has all; Netty's cancels before it is told of the end. */
  @Test
  void who_asks_for_more_when_all_is_sent_waits_for_the_node() {
    for (boolean saysSo : new boolean[] {true, false}) {
      heard.clear();
      Subscription[] asked = new Subscription[1];
      publisher(1000, saysSo)
          .subscribe(
              new Subscriber<>() {
                @Override
                public void onSubscribe(Subscription to) {
                  asked[0] = to;
                }

                @Override
                public void onNext(ByteBuffer bytes) {}

                @Override
                public void onError(Throwable e) {}

                @Override
                public void onComplete() {}
              });
      asked[0].request(2);
      asked[0].request(1);

      assertThat(heard).contains("readingLocalBody").endsWith("sent");
    }
  }
}
