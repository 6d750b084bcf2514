package io.nodewise.lb.awssdk;

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

  private final ApiCalls calls;

  CallInterceptor(ApiCalls calls) {
    this.calls = calls;
  }

  @Override
  public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
    String name = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
    attributes.putAttribute(CALL, calls.begin(name == null ? "" : name, context.request()));
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

  @Override
  public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
    calls.remove(context.httpRequest());
  }

  @Override
  public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
    context.httpRequest().ifPresent(calls::remove);
  }
}
