package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Calls that the caller gives up: nothing stays in flight, and no node is charged for it. */
class GivenUpCallIT extends OnS3Nodes {
  private LoadBalancer cluster;
  private S3Client s3;

  @BeforeEach
  void store() {
    put(PLAIN, "k", bytes(1 << 20));
    nodes.renew();
    cluster = cluster();
    s3 = client(cluster);
  }

  private S3Client with(Consumer<S3ClientBuilder> setting) {
    return track(builder(cluster).applyMutation(setting));
  }

  private void idleAndNobodyCharged() {
    assertIdle(cluster);
    assertThat(faults(cluster)).as("faults").isZero();
  }

  @Test
  void attemptTimeoutBeforeTheAnswer() {
    S3Client hasty =
        with(b -> b.overrideConfiguration(o -> o.apiCallAttemptTimeout(Duration.ofMillis(200))));
    nodes.always(Fault.delayReply(2000));

    assertThatExceptionOfType(ApiCallAttemptTimeoutException.class)
        .isThrownBy(() -> get(hasty, "k"));
    idleAndNobodyCharged();
  }

  @Test
  void attemptTimeoutInTheBody() {
    S3Client hasty =
        with(b -> b.overrideConfiguration(o -> o.apiCallAttemptTimeout(Duration.ofMillis(300))));
    nodes.always(Fault.stallReply(100_000));

    assertThatExceptionOfType(ApiCallAttemptTimeoutException.class)
        .isThrownBy(() -> get(hasty, "k"));
    idleAndNobodyCharged();
  }

  @Test
  void callTimeoutBeforeTheAnswer() {
    S3Client hasty =
        with(b -> b.overrideConfiguration(o -> o.apiCallTimeout(Duration.ofMillis(200))));
    nodes.always(Fault.delayReply(2000));

    assertThatExceptionOfType(ApiCallTimeoutException.class).isThrownBy(() -> get(hasty, "k"));
    idleAndNobodyCharged();
  }

  @Test
  void callTimeoutInTheBody() {
    S3Client hasty =
        with(b -> b.overrideConfiguration(o -> o.apiCallTimeout(Duration.ofMillis(300))));
    nodes.always(Fault.stallReply(100_000));

    assertThatExceptionOfType(ApiCallTimeoutException.class).isThrownBy(() -> get(hasty, "k"));
    idleAndNobodyCharged();
  }

  @Test
  void interruptedWhileWaiting() throws Exception {
    nodes.always(Fault.delayReply(600));
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                get(s3, "k");
              } catch (RuntimeException e) {
                failure.set(e);
              }
            });
    caller.start();
    await().until(() -> nodes.count("GET") == 1);

    caller.interrupt();
    caller.join(10_000);

    assertThat(failure.get()).isNotNull();
    await().until(() -> cluster.snapshot().inFlight() == 0);
    idleAndNobodyCharged();
  }

  @Test
  void interruptedBefore() {
    Thread.currentThread().interrupt();
    assertThatException().isThrownBy(() -> get(s3, "k"));
    assertThat(Thread.interrupted()).isTrue();
    idleAndNobodyCharged();
  }
}
