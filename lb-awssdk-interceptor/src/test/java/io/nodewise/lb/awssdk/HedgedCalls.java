package io.nodewise.lb.awssdk;

import static io.nodewise.lb.awssdk.HeldHttpClient.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.VirtualCluster;
import io.nodewise.lb.hedge.HedgeThreads;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.Hedging;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;

/** Reads over an HTTP client that answers when it is told to, hedged at once. */
@Timeout(120)
abstract class HedgedCalls {
  static final GetObjectRequest GET = GetObjectRequest.builder().bucket("b").key("k").build();

  final VirtualCluster nodes =
      VirtualCluster.up(
          builder ->
              builder
                  .nodes("http://n{1...4}:9000")
                  .hedging(
                      Hedging.builder()
                          .share(0.5)
                          .leastDelay(Duration.ofMillis(1))
                          .leastSamples(1)
                          .burst(1000)
                          .build()));
  final ApiCalls calls = new ApiCalls(nodes.balancer());
  final HeldHttpClient http = new HeldHttpClient();
  final HedgeThreads threads = new HedgeThreads("test", Duration.ofSeconds(10));
  final BalancedTransport transport =
      new BalancedTransport(http, true, calls, new Confirmation(), threads);
  final ExecutorService callers = Executors.newCachedThreadPool();

  @BeforeEach
  void learn() {
    reads(2000);
    assertThat(nodes.balancer().snapshot().hedges().delay()).isEqualTo(Duration.ofMillis(1));
  }

  /** So many reads are known, and half as many hedges allowed, up to a thousand. */
  void reads(int count) {
    for (int i = 0; i < count; i++) {
      Attempt read = nodes.begin();
      read.firstByte();
      read.end(Outcome.success());
    }
    nodes.advance(1500);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    try {
      assertThat(nodes.balancer().snapshot().inFlight()).isZero();
      assertThat(transport.openAnswers()).isZero();
      assertThat(threads.waiting()).as("timers").isZero();
    } finally {
      transport.close();
      nodes.close();
      callers.shutdown();
    }
    assertThat(callers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    soon().until(() -> threads("nodewise-hedge").isEmpty());
  }

  static List<String> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .toList();
  }

  ExecutableHttpRequest prepare(String operation, SdkRequest request, SdkHttpMethod by) {
    return prepare(transport, operation, request, by);
  }

  private ExecutableHttpRequest prepare(
      BalancedTransport over, String operation, SdkRequest request, SdkHttpMethod by) {
    SdkHttpFullRequest signed =
        SdkHttpFullRequest.builder()
            .method(by)
            .uri(URI.create("http://n1:9000/b/k"))
            .putHeader("Host", "n1:9000")
            .putHeader(ApiCalls.ID_HEADER, UUID.randomUUID().toString())
            .build();
    calls.file(signed, calls.begin(operation, request, null, null, null));
    return over.prepareRequest(HttpExecuteRequest.builder().request(signed).build());
  }

  ExecutableHttpRequest get() {
    return get(transport);
  }

  ExecutableHttpRequest get(BalancedTransport over) {
    return prepare(over, "GetObject", GET, SdkHttpMethod.GET);
  }

  static String read(HttpExecuteResponse response) throws Exception {
    return new String(
        response.responseBody().orElseThrow().readAllBytes(), StandardCharsets.US_ASCII);
  }

  /** Calls it on a thread of its own; what it gives is the status and the body. */
  Future<String> called(ExecutableHttpRequest request) {
    return callers.submit(
        () -> {
          HttpExecuteResponse response = request.call();
          return response.httpResponse().statusCode() + " " + read(response);
        });
  }

  static String result(Future<String> call) throws Exception {
    return call.get(20, TimeUnit.SECONDS);
  }

  List<String> faulty() {
    return nodes.balancer().snapshot().nodes().stream()
        .filter(node -> node.faults() > 0)
        .map(node -> node.node().id())
        .toList();
  }

  long loads() {
    return nodes.balancer().snapshot().nodes().stream().mapToLong(NodeSnapshot::loads).sum();
  }

  long won() {
    return nodes.balancer().snapshot().hedges().won();
  }
}
