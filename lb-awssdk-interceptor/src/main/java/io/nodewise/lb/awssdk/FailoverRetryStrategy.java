package io.nodewise.lb.awssdk;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.NonRetryableException;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.AcquireInitialTokenResponse;
import software.amazon.awssdk.retries.api.RecordSuccessRequest;
import software.amazon.awssdk.retries.api.RecordSuccessResponse;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenResponse;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.retries.api.TokenAcquisitionFailedException;

/*
 * A node's fault with an untried node left is no reason to wait, nor to spend a token: the bucket is
 * there to protect one overloaded service, and a bucket of 500 tokens at 5 each is empty after a
 * hundred calls that were on the node that died. So such a move is granted here, with the token
 * handed back as it was. It is bounded by the nodes (see ApiCall). Everything else, overload above
 * all, is the delegate's to decide, with its back-off and its bucket.
 *
 * A retry because of overload comes out of the load balancer's retry budget first: the delegate's bucket
 * gives back what succeeded, so that under an overload, in which many retries do succeed, it lets
 * through more than a cluster can bear.
 *
 * The SDK takes a Retry-After for the time to wait before the next attempt, wherever that goes. But it
 * is the wish of one node; with another one left the call waits for the back-off alone.
 */
/** A user's retry strategy, asked for whatever is not a move to an untried node. Thread-safe. */
final class FailoverRetryStrategy implements RetryStrategy {
  private final RetryStrategy delegate;
  private final ApiCalls calls;

  FailoverRetryStrategy(RetryStrategy delegate, ApiCalls calls) {
    this.delegate = delegate;
    this.calls = calls;
  }

  RetryStrategy delegate() {
    return delegate;
  }

  @Override
  public AcquireInitialTokenResponse acquireInitialToken(AcquireInitialTokenRequest request) {
    return delegate.acquireInitialToken(request);
  }

  @Override
  public RefreshRetryTokenResponse refreshRetryToken(RefreshRetryTokenRequest request) {
    ApiCall call = callOf(request.failure());
    if (call != null) {
      // Until its next attempt nobody looks for it; a call that is cancelled before that, or while
      // there
      // is none any more, ends unheard by interceptors where nobody waits for it.
      calls.remove(call);
      if (call.mustNotRepeat()) {
        throw new TokenAcquisitionFailedException(
            call.whyNotRepeated(), request.token(), request.failure());
      }
      if (delegate.maxAttempts() > 1 && call.takeFreeFailover()) {
        return RefreshRetryTokenResponse.create(request.token(), Duration.ZERO);
      }
      if (!call.takeRetry(delegate.maxAttempts())) {
        throw new TokenAcquisitionFailedException(
            ApiCall.BUDGET_SPENT, request.token(), request.failure());
      }
      RefreshRetryTokenResponse granted =
          delegate.refreshRetryToken(withoutOneNodesWish(request, call));
      call.retried();
      return granted;
    }
    return delegate.refreshRetryToken(request);
  }

  private static RefreshRetryTokenRequest withoutOneNodesWish(
      RefreshRetryTokenRequest request, ApiCall call) {
    return request.suggestedDelay().isPresent() && call.route().hasUntried()
        ? request.toBuilder().suggestedDelay(Duration.ZERO).build()
        : request;
  }

  /**
   * The call that failed, if it may be repeated at all: an I/O failure carries it, an answer
   * carries the call's id.
   */
  private @Nullable ApiCall callOf(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < 16; depth++) {
      if (cause instanceof NonRetryableException) {
        // Part of the answer is in the caller's hands: what comes again would come twice.
        return null;
      }
      if (cause instanceof NodeFailedException failed) {
        return failed.call();
      }
      if (cause instanceof AwsServiceException answer) {
        return Optional.ofNullable(answer.awsErrorDetails())
            .map(details -> details.sdkHttpResponse())
            .flatMap(response -> response.firstMatchingHeader(ApiCalls.ID_HEADER))
            .map(calls::find)
            .orElse(null);
      }
      cause = cause.getCause();
    }
    return null;
  }

  @Override
  public RecordSuccessResponse recordSuccess(RecordSuccessRequest request) {
    return delegate.recordSuccess(request);
  }

  @Override
  public int maxAttempts() {
    return delegate.maxAttempts();
  }

  @Override
  public boolean useClientDefaults() {
    return false;
  }

  @Override
  public Builder<?, ?> toBuilder() {
    return delegate.toBuilder();
  }

  @Override
  public void close() {
    delegate.close();
  }

  @Override
  public String toString() {
    return "FailoverRetryStrategy(" + delegate + ")";
  }
}
