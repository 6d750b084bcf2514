package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.hedge.Contender;
import io.nodewise.lb.hedge.HedgeThreads;
import io.nodewise.lb.hedge.Race;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;

/** A read on its way to one node and, if that takes long, to a second one. For one use. */
final class HedgedExchange {
  private final BalancedRequest owner;
  private final HttpExecuteRequest request;
  private final Race<HttpExecuteResponse> race;

  HedgedExchange(BalancedRequest owner, HttpExecuteRequest request, Exchange first) {
    this.owner = owner;
    this.request = request;
    this.race = new Race<>(new First(first), this::second, owner::isEnded);
  }

  /**
   * As {@link Exchange#run}, with a second attempt after the delay.
   *
   * @throws IOException as the first attempt's HTTP client did, where neither was answered
   * @throws RuntimeException the same
   */
  HttpExecuteResponse run(HedgeThreads threads, Duration delay) throws IOException {
    return race.run(threads, delay);
  }

  /** Nothing begins and nobody wins any more; a second attempt that has not won is over. */
  void giveUp() {
    race.giveUp();
  }

  private @Nullable Contender<HttpExecuteResponse> second() {
    Attempt attempt = owner.apiCall().route().hedge().orElse(null);
    if (attempt == null) {
      return null;
    }
    // Without the metrics of the call: they are the first one's, and know one thread only.
    HttpExecuteRequest again = HttpExecuteRequest.builder().request(request.httpRequest()).build();
    return new Second(new Exchange(owner, again, attempt));
  }

  /** An attempt, as the race sees it. */
  private abstract static class Racing implements Contender<HttpExecuteResponse> {
    final Exchange exchange;

    Racing(Exchange exchange) {
      this.exchange = exchange;
    }

    @Override
    public HttpExecuteResponse send() throws IOException {
      return exchange.send();
    }

    @Override
    public boolean isErrorOfNode(HttpExecuteResponse answer) {
      return exchange.errors().isPerhapsOfNode(answer.httpResponse());
    }

    @Override
    public void answerBegins() {
      exchange.answerBegins();
    }

    @Override
    public void failed(Exception e) {
      exchange.failed(e);
    }

    @Override
    public void lost() {
      exchange.lost();
    }

    @Override
    public void cancel(String reason) {
      exchange.cancel(reason);
    }

    @Override
    public void drop(@Nullable HttpExecuteResponse answer) {
      exchange.drop(answer);
    }

    @Override
    public void abort() {
      exchange.abort();
    }

    @Override
    public String toString() {
      return "an attempt on " + exchange.node().id();
    }
  }

  /** Its error is the request's answer, unless the other one brings a better. */
  private static final class First extends Racing {
    First(Exchange exchange) {
      super(exchange);
    }

    @Override
    public HttpExecuteResponse refused(HttpExecuteResponse answer) throws IOException {
      return exchange.received(answer);
    }

    @Override
    public HttpExecuteResponse received(HttpExecuteResponse answer) throws IOException {
      return exchange.received(answer);
    }
  }

  /** Nobody reads its error. */
  private final class Second extends Racing {
    Second(Exchange exchange) {
      super(exchange);
    }

    /** Signed here, and not where it begins: under the race's lock no code of the user's runs. */
    @Override
    public HttpExecuteResponse send() throws IOException {
      exchange.sign();
      return super.send();
    }

    @Override
    public HttpExecuteResponse refused(HttpExecuteResponse answer) throws IOException {
      exchange.refused(answer);
      return answer;
    }

    @Override
    public HttpExecuteResponse received(HttpExecuteResponse answer) throws IOException {
      owner.goesOnWith(exchange); // which is told of exceptions, too
      return exchange.received(answer);
    }
  }
}
