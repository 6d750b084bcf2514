package io.nodewise.lb.simulation;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.Route;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.RecordSuccessRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenResponse;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.retries.api.RetryToken;
import software.amazon.awssdk.retries.api.TokenAcquisitionFailedException;

/*
 * What an adapter does around the load balancer: a node that can't be reached, or fails, is left for
 * an untried one at once, answers of failure three times at most; a retry because of overload comes
 * out of the load balancer's retry budget; and everything is for the SDK's own standard retry
 * strategy to decide, with its back-off and its token bucket, of which each client has one.
 */
/** One client: a load balancer of its own, and the course of each of its requests. */
final class SimulatedClient {
  /** As the adapter for the SDK: how often an answer of 500 is taken elsewhere at once. */
  private static final int FREE_ANSWERED_FAILOVERS = 3;

  /** A failure as the retry strategy wants to see it. */
  private static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    static final Failed LOAD = new Failed("load");
    static final Failed FAULT = new Failed("fault");

    private Failed(String message) {
      super(message, null, false, false);
    }
  }

  private final LoadBalancer balancer;
  private final Simulation simulation;
  private final Timeline timeline;
  private final Observations observations;
  private final RetryStrategy retries =
      DefaultRetryStrategy.standardStrategyBuilder()
          .maxAttempts(Setting.ATTEMPTS)
          .retryOnException(failure -> true)
          .treatAsThrottling(failure -> failure == Failed.LOAD)
          .build();

  SimulatedClient(LoadBalancer balancer, Simulation simulation) {
    this.balancer = balancer;
    this.simulation = simulation;
    this.timeline = simulation.timeline();
    this.observations = simulation.observations();
  }

  LoadBalancer balancer() {
    return balancer;
  }

  /** Begins a request; whoever holds it ends it at its deadline. */
  Request get(int bytes) {
    observations.request();
    Request request = new Request(bytes);
    request.attempt();
    return request;
  }

  /** One request, through all its attempts. */
  final class Request {
    private final int bytes;
    private final long began = timeline.read();
    private final Route route = balancer.route(RequestHint.read());
    private RetryToken token =
        retries.acquireInitialToken(AcquireInitialTokenRequest.create("s3")).token();
    private @Nullable Try current;
    private boolean over;
    private boolean firstRound = true;
    private int answeredFailovers;
    private int granted; // retries, by the strategy

    Request(int bytes) {
      this.bytes = bytes;
    }

    private void attempt() {
      if (over) {
        return;
      }
      if (route.attempts() > 0 && !route.hasUntried()) {
        firstRound = false;
        route.newRound();
      }
      try {
        current = new Try(this, route.next(false));
      } catch (NoNodeAvailableException e) {
        askToRetry(Failed.FAULT);
      }
    }

    private void failed(Outcome outcome, boolean answered) {
      current = null;
      if (isFreeToGoOn(outcome, answered)) {
        timeline.after(0, this::attempt);
      } else {
        askToRetry(outcome.kind() == Outcome.Kind.LOAD ? Failed.LOAD : Failed.FAULT);
      }
    }

    private boolean isFreeToGoOn(Outcome outcome, boolean answered) {
      return outcome.isNodeFault()
          && firstRound
          && route.hasUntried()
          && (!answered || ++answeredFailovers <= FREE_ANSWERED_FAILOVERS);
    }

    private void askToRetry(Failed failure) {
      if (failure == Failed.LOAD && granted + 1 < Setting.ATTEMPTS && !route.takeRetry()) {
        over = true;
        observations.failed();
        return;
      }
      try {
        RefreshRetryTokenResponse refreshed =
            retries.refreshRetryToken(
                RefreshRetryTokenRequest.builder()
                    .token(token)
                    .failure(failure)
                    .suggestedDelay(Duration.ZERO)
                    .build());
        token = refreshed.token();
        granted++;
        timeline.after(refreshed.delay().toNanos(), this::attempt);
      } catch (TokenAcquisitionFailedException refused) {
        over = true;
        observations.failed();
      }
    }

    private void succeeded() {
      over = true;
      retries.recordSuccess(RecordSuccessRequest.create(token));
      observations.good(bytes, began);
    }

    private void refused() {
      over = true;
      observations.failed();
    }

    /** Gives up, unless the answer has begun. */
    void deadline() {
      Try running = current;
      if (over || (running != null && running.answered)) {
        return;
      }
      over = true;
      observations.failed();
      if (running != null) {
        running.cancel();
      }
    }
  }

  /** One attempt on one node. */
  private final class Try implements SimulatedNode.Client {
    private final Request request;
    private final Attempt attempt;
    private final SimulatedNode node;
    private final SimulatedNode.Job job;
    private boolean answered;
    private boolean ended;

    Try(Request request, Attempt attempt) {
      this.request = request;
      this.attempt = attempt;
      this.node = simulation.node(attempt.node().id());
      this.job = new SimulatedNode.Job(request.bytes, this);
      observations.attempt(simulation.indexOf(node));
      attempt.sent();
      attempt.abortBy(this::abort);
      timeline.after(Setting.ROUND_TRIP, this::arrive);
    }

    private void arrive() {
      if (!ended) {
        node.take(job);
      }
    }

    @Override
    public void firstByte() {
      answered = true;
      attempt.firstByte(); // idle until it falls silent: bytes keep coming, as a read would see
    }

    @Override
    public void silent() {
      if (answered && !ended) {
        attempt.reading();
      }
    }

    @Override
    public void done() {
      if (!ended) {
        ended = true;
        attempt.end(Outcome.success());
        request.succeeded();
      }
    }

    @Override
    public void refused() {
      if (!ended) {
        ended = true;
        attempt.firstByte();
        attempt.end(Outcome.success());
        request.refused();
      }
    }

    @Override
    public void failed(Outcome outcome, boolean saidSo) {
      if (!ended) {
        ended = true;
        if (saidSo) {
          attempt.firstByteOfError();
        }
        attempt.end(outcome);
        request.failed(outcome, saidSo);
      }
    }

    /** The load balancer gave it up. */
    private void abort() {
      if (!ended) {
        ended = true;
        node.leave(job);
        Outcome aborted = Outcome.fault("aborted");
        attempt.end(aborted);
        request.failed(aborted, false);
      }
    }

    /** The caller gave it up. */
    private void cancel() {
      ended = true;
      node.leave(job);
      attempt.close();
    }
  }
}
