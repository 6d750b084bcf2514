package io.nodewise.examples.demo.client;

import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Counts the attempts of one call. It travels with the request as an execution attribute, and the
 * interceptor that every client under test gets counts on it. Thread-safe.
 */
public final class CallTrace {
  public static final ExecutionAttribute<CallTrace> ATTRIBUTE =
      new ExecutionAttribute<>("NodewiseDemoCallTrace");

  private final AtomicInteger attempts = new AtomicInteger();
  private volatile long lastAttemptNanos = System.nanoTime(); // written by the calling thread

  /** Attempts so far; one when all went well. */
  public int attempts() {
    return attempts.get();
  }

  /** When the last attempt began. */
  public long lastAttemptNanos() {
    return lastAttemptNanos;
  }

  /** The counting interceptor. */
  static final class Counter implements ExecutionInterceptor {
    @Override
    public void beforeTransmission(
        Context.BeforeTransmission context, ExecutionAttributes attributes) {
      CallTrace trace = attributes.getAttribute(ATTRIBUTE);
      if (trace != null) {
        trace.attempts.incrementAndGet();
        trace.lastAttemptNanos = System.nanoTime();
      }
    }
  }
}
