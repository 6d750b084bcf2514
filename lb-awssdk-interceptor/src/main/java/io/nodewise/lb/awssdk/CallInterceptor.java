package io.nodewise.lb.awssdk;

import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/**
 * Carries what only an interceptor knows, the operation and its parameters, to the transport, and
 * ends the call's record with the call. Thread-safe.
 */
final class CallInterceptor implements ExecutionInterceptor {
  private static final ExecutionAttribute<ApiCall> CALL =
      new ExecutionAttribute<>("io.nodewise.lb.awssdk.ApiCall");

  final ApiCalls calls;

  CallInterceptor(ApiCalls calls) {
    this.calls = calls;
  }

  @Override
  public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
    String name = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
    String affinity = attributes.getAttribute(LoadBalancedS3.AFFINITY);
    attributes.putAttribute(
        CALL, calls.begin(name == null ? "" : name, context.request(), affinity));
  }

  @Override
  public void beforeTransmission(
      Context.BeforeTransmission context, ExecutionAttributes attributes) {
    ApiCall call = attributes.getAttribute(CALL);
    if (call != null) {
      call.body(context.requestBody().orElse(null));
      calls.file(context.httpRequest(), call);
    }
  }

  /**
   * A body that can't be read twice ends a call with an exception that says just that. This adds
   * why it had to be read twice. The SDK's own exceptions list the attempts.
   */
  @Override
  public Throwable modifyException(
      Context.FailedExecution context, ExecutionAttributes attributes) {
    Throwable exception = context.exception();
    ApiCall call = attributes.getAttribute(CALL);
    NodeFailedException failure = call == null ? null : call.lastFailure();
    if (failure != null && !(exception instanceof SdkException)) {
      exception.addSuppressed(failure);
    }
    return exception;
  }

  @Override
  public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
    remove(attributes);
  }

  @Override
  public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
    remove(attributes);
  }

  private void remove(ExecutionAttributes attributes) {
    ApiCall call = attributes.getAttribute(CALL);
    if (call != null) {
      calls.remove(call);
    }
  }
}
