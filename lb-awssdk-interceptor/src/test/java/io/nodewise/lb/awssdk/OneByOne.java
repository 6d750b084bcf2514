package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Asks for one buffer at a time, when it is told to, and notes every signal. */
final class OneByOne implements Subscriber<ByteBuffer> {
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();
  private final BlockingQueue<String> signals = new LinkedBlockingQueue<>();
  private final AtomicInteger ends = new AtomicInteger();
  private volatile Subscription subscription;
  private volatile Throwable failure;

  @Override
  public void onSubscribe(Subscription to) {
    subscription = to;
    signals.add("subscribed");
  }

  @Override
  public synchronized void onNext(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    content.writeBytes(copy);
    signals.add("next");
  }

  @Override
  public void onError(Throwable e) {
    failure = e;
    ends.incrementAndGet();
    signals.add("error");
  }

  @Override
  public void onComplete() {
    ends.incrementAndGet();
    signals.add("complete");
  }

  private String signal() throws InterruptedException {
    String signal = signals.poll(20, TimeUnit.SECONDS);
    assertThat(signal).as("a signal").isNotNull();
    return signal;
  }

  /** Asks for one, and waits for what comes of it. */
  String one() throws InterruptedException {
    if (subscription == null) {
      assertThat(signal()).isEqualTo("subscribed");
    } else if (signals.peek() != null && signals.peek().equals("subscribed")) {
      signals.poll();
    }
    subscription.request(1);
    return signal();
  }

  /** Asks until it ends. */
  String readAll() throws InterruptedException {
    String signal = one();
    while (signal.equals("next")) {
      String pending = signals.poll();
      signal = pending == null ? one() : pending;
    }
    assertThat(ends).as("ends").hasValue(1);
    return signal;
  }

  void cancel() {
    subscription.cancel();
  }

  int waiting() {
    return signals.size();
  }

  synchronized byte[] content() {
    return content.toByteArray();
  }

  Throwable failure() {
    return failure;
  }
}
