package io.nodewise.lb.awssdk;

import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;

/**
 * Carries what only an interceptor knows, the operation and its parameters, to the transport, and
 * ends the call's record with the call. Thread-safe.
 */
final class CallInterceptor implements ExecutionInterceptor {
  private static final ExecutionAttribute<ApiCall> CALL =
      new ExecutionAttribute<>("io.nodewise.lb.awssdk.ApiCall");

  final ApiCalls calls;
  private final ExecutionAttribute<ApiCall> noted;

  CallInterceptor(ApiCalls calls) {
    this(calls, CALL);
  }

  /** One beside which there may be another in the same client: each notes its call for itself. */
  CallInterceptor(ApiCalls calls, ExecutionAttribute<ApiCall> noted) {
    this.calls = calls;
    this.noted = noted;
  }

  @Override
  public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
    String name = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
    attributes.putAttribute(
        noted,
        calls.begin(
            name == null ? "" : name,
            context.request(),
            attributes.getAttribute(LoadBalancedS3.AFFINITY),
            attributes.getAttribute(LoadBalancedS3.UNSAFE_REPEATS),
            attributes.getAttribute(LoadBalancedS3.TIMEOUTS)));
  }

  /** Changes nothing: here the body is as its caller made it, before it is wrapped to be signed. */
  @Override
  public SdkHttpRequest modifyHttpRequest(
      Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
    ApiCall call = attributes.getAttribute(noted);
    if (call != null) {
      call.body(Content.of(context));
    }
    return context.httpRequest();
  }

  @Override
  public void beforeTransmission(
      Context.BeforeTransmission context, ExecutionAttributes attributes) {
    ApiCall call = attributes.getAttribute(noted);
    if (call != null) {
      call.leaveLast();
      calls.file(context.httpRequest(), call);
    }
  }

  /**
   * Says why a call was given up, where that is our doing or the request body's: what may have been
   * carried out and is not repeated, and a body that can't be read twice. The SDK's own exceptions
   * list the attempts.
   */
  @Override
  public Throwable modifyException(
      Context.FailedExecution context, ExecutionAttributes attributes) {
    ApiCall call = attributes.getAttribute(noted);
    return call == null ? context.exception() : GivenUp.explained(context.exception(), call);
  }

  @Override
  public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
    if (context.response() instanceof CreateMultipartUploadResponse begun
        && begun.uploadId() != null) {
      calls.uploads().handedOut(begun.uploadId()); // before the call is taken off the list
    }
    remove(attributes);
  }

  @Override
  public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
    remove(attributes);
  }

  private void remove(ExecutionAttributes attributes) {
    ApiCall call = attributes.getAttribute(noted);
    if (call != null) {
      calls.remove(call);
    }
  }
}
