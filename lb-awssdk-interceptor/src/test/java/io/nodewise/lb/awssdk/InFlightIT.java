package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.Timeouts;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * However a call ends, no attempt stays in flight, no record of the call is kept (both are checked
 * after every test too), and a node is charged only for what it did.
 */
class InFlightIT extends OnS3Nodes {
  private static final int SIZE = 8 << 20;

  private LoadBalancer cluster;
  private S3Client s3;

  @BeforeEach
  void store() {
    put(PLAIN, "k", bytes(SIZE));
    nodes.renew();
    cluster = cluster();
    s3 = client(cluster);
  }

  private ResponseInputStream<GetObjectResponse> open() throws IOException {
    ResponseInputStream<GetObjectResponse> body = s3.getObject(get -> get.bucket(bucket).key("k"));
    body.readNBytes(1000);
    assertThat(cluster.snapshot().inFlight()).isEqualTo(1);
    assertThat(calls(s3).size()).as("the call itself is over").isZero();
    return body;
  }

  private S3Client with(Consumer<S3ClientBuilder> setting) {
    return track(builder(cluster).applyMutation(setting));
  }

  private void idleAndNobodyCharged() {
    assertIdle(cluster);
    assertThat(faults(cluster)).as("faults").isZero();
  }

  @Test
  void success() throws Exception {
    try (var body = open()) {
      body.readAllBytes();
      idleAndNobodyCharged();
    }
    idleAndNobodyCharged();
  }

  @Test
  void serviceErrors() {
    assertThatExceptionOfType(NoSuchKeyException.class).isThrownBy(() -> get(s3, "none"));
    idleAndNobodyCharged();
  }

  @Test
  void brokenConnections() {
    nodes.always(Fault.resetReply(200));

    assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> get(s3, "k"));
    assertIdle(cluster);
    assertThat(calls(s3).size()).isZero();
  }

  @Test
  void abort() throws Exception {
    var body = open();
    body.abort();
    idleAndNobodyCharged();
    body.close();
    idleAndNobodyCharged();
  }

  @RepeatedTest(20)
  void abortByAnotherThreadWhileReading() throws Exception {
    nodes.onceAnywhere(Fault.stallReply(100_000).on("GET"));
    var body = open();
    CompletableFuture<Throwable> reading =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                body.readAllBytes();
                return null;
              } catch (IOException e) {
                return e;
              }
            });
    await().until(InFlightIT::isReading);

    body.abort();

    assertThat(reading.get()).isInstanceOf(IOException.class);
    idleAndNobodyCharged();
  }

  private static boolean isReading() {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(Arrays::stream)
        .anyMatch(frame -> frame.getClassName().equals(ReceivedBody.class.getName()));
  }

  @Test
  void earlyClose() throws Exception {
    open().close();
    idleAndNobodyCharged();
  }

  /** Closing reads on to the end, for the connection's sake; a node that hangs must not hold it. */
  @Test
  void earlyCloseOnANodeThatHangs() throws Exception {
    LoadBalancer impatient =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .healthCheck(HealthCheck.none())
                .timeouts(
                    Timeouts.builder()
                        .suspicion(Duration.ofMillis(200))
                        .bodyIdle(Duration.ofMillis(600))
                        .build()));
    nodes.onceAnywhere(Fault.stallReply(100_000).on("GET"));
    var body = client(impatient).getObject(get -> get.bucket(bucket).key("k"));
    body.readNBytes(1000);

    long took =
        millis(
            () -> {
              try {
                body.close();
              } catch (IOException expected) {
                // Or not: as the HTTP client has it.
              }
            });

    assertThat(took).isLessThan(2000);
    assertIdle(impatient);
  }

  @Test
  void streamDroppedWithoutClose() throws Exception {
    drop();

    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              System.gc();
              return cluster.snapshot().inFlight() == 0;
            });
    idleAndNobodyCharged();
  }

  private void drop() throws IOException {
    open();
  }

  @Test
  void clientClosedWithAStreamOpen() throws Exception {
    var body = open();

    s3.close();

    idleAndNobodyCharged();
    assertThatIOException().isThrownBy(body::readAllBytes);
    body.close();
    idleAndNobodyCharged();
  }

  @Test
  void clientClosedWhileCallsRun() throws Exception {
    nodes.always(Fault.delayReply(5000));
    S3Client closing = builder(cluster).build();
    CompletableFuture<Void> call =
        CompletableFuture.runAsync(() -> assertThatException().isThrownBy(() -> get(closing, "k")));
    await().until(() -> nodes.count("GET") == 1);

    closing.close();

    call.get();
    idleAndNobodyCharged();
  }

  /** Nothing of it is the node's fault. */
  @Test
  void callAfterTheClientWasClosed() {
    S3Client closed = builder(cluster).build();
    closed.close();

    assertThatException().isThrownBy(() -> get(closed, "k"));
    idleAndNobodyCharged();
  }

  /** Requests under way go on to their end. */
  @Test
  void balancerClosedWithAStreamOpen() throws Exception {
    LoadBalancer closing =
        track(LoadBalancer.builder().nodes(nodes.urls()).healthCheck(quickProbes()));
    S3Client reading = client(closing);
    try (var body = reading.getObject(get -> get.bucket(bucket).key("k"))) {
      body.readNBytes(1000);

      closing.close();

      assertThat(body.readAllBytes()).hasSize(SIZE - 1000);
    }
    assertIdle(closing);
  }

  @Test
  void interceptorThatFailsAfterTheAnswer() {
    S3Client failing =
        with(
            b ->
                b.overrideConfiguration(
                    o ->
                        o.addExecutionInterceptor(
                            new ExecutionInterceptor() {
                              @Override
                              public void afterTransmission(
                                  Context.AfterTransmission context,
                                  ExecutionAttributes attributes) {
                                throw new IllegalArgumentException("interceptor");
                              }
                            })));

    assertThatException()
        .isThrownBy(() -> failing.headObject(head -> head.bucket(bucket).key("k")))
        .withMessageContaining("interceptor");
    idleAndNobodyCharged();
    assertThat(calls(failing).size()).isZero();
  }

  @Test
  void transformerThatFails() {
    assertThatException()
        .isThrownBy(
            () ->
                s3.getObject(
                    get -> get.bucket(bucket).key("k"),
                    (ResponseTransformer<GetObjectResponse, Object>)
                        (response, body) -> {
                          body.readNBytes(100);
                          throw new IllegalArgumentException("transformer");
                        }))
        .withStackTraceContaining("transformer");
    idleAndNobodyCharged();
  }

  @Test
  void manyThreadsOpenAndDropInEveryWay() throws Exception {
    inParallel(
        16,
        160,
        i -> {
          try {
            var body = s3.getObject(get -> get.bucket(bucket).key("k"));
            body.readNBytes(i * 100);
            switch (i % 4) {
              case 0 -> body.abort();
              case 1 -> body.close();
              case 2 -> body.readAllBytes();
              default -> {
                body.abort();
                body.close();
                body.abort();
              }
            }
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
    idleAndNobodyCharged();
  }
}
