package io.nodewise.lb.awssdk;

import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkPlugin;
import software.amazon.awssdk.core.SdkServiceClientConfiguration;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.retry.RetryPolicy;
import software.amazon.awssdk.core.retry.RetryPolicyContext;
import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.spi.scheme.AuthScheme;
import software.amazon.awssdk.retries.api.RetryStrategy;

/*
 * Plugins run last, when the SDK has merged everything: the user's override configuration, his retry
 * mode, the environment's, the defaults, other plugins. This one is added last of all, so what it
 * finds is what the client would have used, and it puts ours around it. That is why no order of
 * setters can lose the balancing.
 */
/** Adds the interceptor and the retry strategy to a client about to be made. */
final class WiringPlugin implements SdkPlugin {
  private final ApiCalls calls;

  WiringPlugin(ApiCalls calls) {
    this.calls = calls;
  }

  @Override
  public void configureClient(SdkServiceClientConfiguration.Builder config) {
    ClientOverrideConfiguration resolved = config.overrideConfiguration();
    List<ExecutionInterceptor> interceptors = new ArrayList<>();
    interceptors.add(new CallInterceptor(calls));
    for (ExecutionInterceptor interceptor : resolved.executionInterceptors()) {
      if (!(interceptor instanceof CallInterceptor)) {
        interceptors.add(interceptor);
      }
    }
    noteSignings(config);
    // Setting a strategy takes back a policy, mode or configurator; they are in the strategy now.
    config.overrideConfiguration(
        resolved.toBuilder()
            .executionInterceptors(interceptors)
            .retryStrategy(new FailoverRetryStrategy(strategy(resolved), calls))
            .build());
  }

  /** Downloads are signed once more to go on elsewhere, and all requests once a node is known. */
  private void noteSignings(SdkServiceClientConfiguration.Builder config) {
    AuthScheme<?> scheme = config.authSchemes().get(AwsV4AuthScheme.SCHEME_ID);
    if (calls.downloadResume().isOn() || calls.signsForNodes()) {
      config.putAuthScheme(
          scheme == null
              ? NotedAuthScheme.of(AwsV4AuthScheme.create(), calls)
              : NotedAuthScheme.of(scheme, calls));
    } else if (scheme instanceof NotedAuthScheme) { // of another client
      config.putAuthScheme(NotedAuthScheme.plain(scheme));
    }
  }

  private static RetryStrategy strategy(ClientOverrideConfiguration resolved) {
    if (resolved.retryPolicy().isPresent()) {
      return strategy(resolved.retryPolicy().get());
    }
    // Only those of plugins are still here; the builder's own have become a strategy.
    if (resolved.retryMode().isPresent()) {
      return AwsRetryStrategy.forRetryMode(resolved.retryMode().get());
    }
    if (resolved.retryStrategyConfigurator().isPresent()) {
      RetryStrategy.Builder<?, ?> builder = AwsRetryStrategy.defaultRetryStrategy().toBuilder();
      resolved.retryStrategyConfigurator().get().accept(builder);
      return builder.build();
    }
    RetryStrategy strategy =
        resolved.retryStrategy().orElseGet(AwsRetryStrategy::standardRetryStrategy);
    return strategy instanceof FailoverRetryStrategy wrapped ? wrapped.delegate() : strategy;
  }

  /** A retry policy of the SDK's older kind, which would bypass any strategy, as a strategy. */
  private static RetryStrategy strategy(RetryPolicy policy) {
    return AwsRetryStrategy.doNotRetry().toBuilder()
        .maxAttempts(policy.numRetries() + 1)
        .retryOnException(
            failure ->
                failure instanceof SdkException exception
                    && policy
                        .retryCondition()
                        .shouldRetry(context(0).toBuilder().exception(exception).build()))
        .backoffStrategy(
            attempt -> policy.backoffStrategy().computeDelayBeforeNextRetry(context(attempt - 1)))
        .throttlingBackoffStrategy(
            attempt ->
                policy
                    .throttlingBackoffStrategy()
                    .computeDelayBeforeNextRetry(context(attempt - 1)))
        .build();
  }

  private static RetryPolicyContext context(int retries) {
    return RetryPolicyContext.builder().retriesAttempted(retries).build();
  }
}
