package io.nodewise.lb.awssdk;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.AcquireInitialTokenResponse;
import software.amazon.awssdk.retries.api.RecordSuccessRequest;
import software.amazon.awssdk.retries.api.RecordSuccessResponse;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenResponse;
import software.amazon.awssdk.retries.api.RetryStrategy;

/** A user's own retry strategy: notes the delays that it granted. */
final class RecordingStrategy implements RetryStrategy {
  private final RetryStrategy real;
  private final List<Duration> delays = new CopyOnWriteArrayList<>();

  RecordingStrategy(RetryStrategy real) {
    this.real = real;
  }

  static RecordingStrategy standard() {
    return new RecordingStrategy(AwsRetryStrategy.standardRetryStrategy());
  }

  /** The delays of the retries that it was asked for and granted. */
  List<Duration> delays() {
    return delays;
  }

  @Override
  public AcquireInitialTokenResponse acquireInitialToken(AcquireInitialTokenRequest request) {
    return real.acquireInitialToken(request);
  }

  @Override
  public RefreshRetryTokenResponse refreshRetryToken(RefreshRetryTokenRequest request) {
    RefreshRetryTokenResponse granted = real.refreshRetryToken(request);
    delays.add(granted.delay());
    return granted;
  }

  @Override
  public RecordSuccessResponse recordSuccess(RecordSuccessRequest request) {
    return real.recordSuccess(request);
  }

  @Override
  public int maxAttempts() {
    return real.maxAttempts();
  }

  @Override
  public Builder<?, ?> toBuilder() {
    return real.toBuilder();
  }
}
