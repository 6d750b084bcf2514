package io.nodewise.lb.awssdk;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/** Notes every attempt the SDK makes, which is not every attempt of ours. */
final class AttemptLog implements ExecutionInterceptor {
  private final List<String> attempts = new CopyOnWriteArrayList<>();

  @Override
  public void beforeTransmission(
      Context.BeforeTransmission context, ExecutionAttributes attributes) {
    attempts.add(attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME));
  }

  /** How many there were since the last time. */
  int take() {
    int count = attempts.size();
    attempts.clear();
    return count;
  }

  List<String> all() {
    return attempts;
  }
}
