package io.nodewise.lb.awssdk;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * Tells {@link AutoHttpService} which S3 operation a request is. The SDK adds it to every client of
 * every service, by a file in this jar; it does nothing for other services, nor before such an HTTP
 * client is there. Thread-safe.
 */
public final class AutoInterceptor implements ExecutionInterceptor {
  static final ExecutionAttribute<ApiCall> CALL =
      new ExecutionAttribute<>("io.nodewise.lb.awssdk.AutoCall");

  private static final ExecutionAttribute<AutoCluster> CLUSTER =
      new ExecutionAttribute<>("io.nodewise.lb.awssdk.AutoCluster");

  /** For the SDK, which makes it by its name. */
  public AutoInterceptor() {}

  @Override
  public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
    AutoCluster cluster = AutoCluster.seen();
    if (cluster != null
        && "S3".equals(attributes.getAttribute(SdkExecutionAttribute.SERVICE_NAME))) {
      try {
        cluster.interceptor().beforeExecution(context, attributes);
        attributes.putAttribute(CLUSTER, cluster);
      } catch (IllegalStateException closed) {
        // With its last client, just now: whoever calls has another HTTP client.
      }
    }
  }

  private static @Nullable CallInterceptor of(ExecutionAttributes attributes) {
    AutoCluster cluster = attributes.getAttribute(CLUSTER);
    return cluster == null ? null : cluster.interceptor();
  }

  @Override
  public SdkHttpRequest modifyHttpRequest(
      Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
    CallInterceptor interceptor = of(attributes);
    return interceptor == null
        ? context.httpRequest()
        : interceptor.modifyHttpRequest(context, attributes);
  }

  @Override
  public void beforeTransmission(
      Context.BeforeTransmission context, ExecutionAttributes attributes) {
    AutoCluster cluster = attributes.getAttribute(CLUSTER);
    if (cluster != null && cluster.isFor(context.httpRequest())) {
      cluster.interceptor().beforeTransmission(context, attributes);
    }
  }

  @Override
  public Throwable modifyException(
      Context.FailedExecution context, ExecutionAttributes attributes) {
    CallInterceptor interceptor = of(attributes);
    return interceptor == null
        ? context.exception()
        : interceptor.modifyException(context, attributes);
  }

  @Override
  public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
    CallInterceptor interceptor = of(attributes);
    if (interceptor != null) {
      interceptor.afterExecution(context, attributes);
    }
  }

  @Override
  public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
    CallInterceptor interceptor = of(attributes);
    if (interceptor != null) {
      interceptor.onExecutionFailure(context, attributes);
    }
  }
}
