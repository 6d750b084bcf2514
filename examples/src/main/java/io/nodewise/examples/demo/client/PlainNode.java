package io.nodewise.examples.demo.client;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** What can be known of a node from a plain client: an interceptor that counts. Thread-safe. */
final class PlainNode implements ExecutionInterceptor {
  /** Start of the attempt that has no answer yet. */
  private static final ExecutionAttribute<Long> UNANSWERED =
      new ExecutionAttribute<>("NodewiseDemoUnanswered");

  private static final int DIGITS = 3;
  private static final int SERVER_ERROR = 500;

  private final String id;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong attempts = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();
  private final Histogram firstByteNanos = new ConcurrentHistogram(DIGITS);

  PlainNode(String id) {
    this.id = id;
  }

  NodeRow row(long allAttempts) {
    long mine = attempts.get();
    return new NodeRow(
        id,
        "?",
        NodeRow.Health.UNKNOWN,
        "a plain client does not know",
        Optional.empty(),
        allAttempts == 0 ? 0 : (double) mine / allAttempts,
        inFlight.get(),
        mine,
        errors.get(),
        percentile(50),
        percentile(99));
  }

  long attempts() {
    return attempts.get();
  }

  @Override
  public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
    inFlight.incrementAndGet();
  }

  @Override
  public void beforeTransmission(
      Context.BeforeTransmission context, ExecutionAttributes attributes) {
    if (attributes.getAttribute(UNANSWERED) != null) {
      errors.incrementAndGet();
    }
    attempts.incrementAndGet();
    attributes.putAttribute(UNANSWERED, System.nanoTime());
  }

  @Override
  public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
    Long start = attributes.getAttribute(UNANSWERED);
    if (start != null) {
      firstByteNanos.recordValue(System.nanoTime() - start);
    }
    attributes.putAttribute(UNANSWERED, null);
    if (context.httpResponse().statusCode() >= SERVER_ERROR) {
      errors.incrementAndGet();
    }
  }

  @Override
  public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
    inFlight.decrementAndGet();
  }

  @Override
  public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
    inFlight.decrementAndGet();
    if (attributes.getAttribute(UNANSWERED) != null) {
      errors.incrementAndGet();
    }
  }

  private Duration percentile(double percentile) {
    return Duration.ofNanos(firstByteNanos.getValueAtPercentile(percentile));
  }
}
