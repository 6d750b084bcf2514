package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.Request;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.Timeouts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/*
 * Every cell has a bucket, a load balancer and a client of its own, so that cells run beside each
 * other (most of the slow ones only wait for a clock) and counts are exact. Whichever node the call
 * comes to first is the one with the fault.
 */
/** Every kind of call meets every kind of fault, on real servers: {@link FaultMatrix}. */
class FaultMatrixIT extends OnS3Nodes {
  /** Cells under way at a time: more of them would slow healthy nodes down. */
  private static final int AT_ONCE = 6;

  /** Calls while a fault lasts. */
  private static final int CALLS = 12;

  /** A healthy node's first byte takes some milliseconds; a busy machine may need more. */
  private static final Duration CLOCK = Duration.ofMillis(1500);

  /** What a call may take beyond the clock that ends a silent attempt. */
  private static final Duration PATIENCE = CLOCK.plusSeconds(6);

  @TempDir private Path directory;

  /** What came of a call. */
  private record Result(String key, Throwable failure, long millis) {}

  @TestFactory
  Stream<DynamicTest> every_call_meets_every_fault() {
    ExecutorService cells = Executors.newFixedThreadPool(AT_ONCE);
    List<DynamicTest> tests = new ArrayList<>();
    String only = System.getProperty("cell", "");
    for (MatrixFault fault : MatrixFault.values()) {
      for (MatrixCall call : MatrixCall.values()) {
        String name = call.shown + " × " + fault.shown;
        if (FaultMatrix.outcome(call, fault) != MatrixOutcome.NONE && name.contains(only)) {
          Future<?> done = cells.submit(() -> cell(name, call, fault));
          tests.add(DynamicTest.dynamicTest(name, done::get));
        }
      }
    }
    cells.shutdown();
    tests.add(DynamicTest.dynamicTest("no connection is left", this::assertNoConnections));
    return tests.stream();
  }

  private LoadBalancer balancer() {
    return LoadBalancer.builder()
        .nodes(nodes.urls())
        .healthCheck(HealthCheck.none())
        .timeouts(
            Timeouts.builder()
                .suspicion(CLOCK.dividedBy(2))
                .sendStall(CLOCK)
                .firstByte(CLOCK)
                .bodyIdle(CLOCK)
                .build())
        .build();
  }

  private static S3Client hasty(LoadBalancer cluster) {
    return builder(cluster)
        .overrideConfiguration(
            o ->
                o.retryStrategy(
                    b ->
                        b.backoffStrategy(attempt -> Duration.ofMillis(1))
                            .throttlingBackoffStrategy(attempt -> Duration.ofMillis(1))))
        .build();
  }

  private void assertNoConnections() {
    await()
        .untilAsserted(
            () -> assertThat(nodes.all()).allMatch(node -> node.connections() == 0, "is left"));
  }

  private Void cell(String shown, MatrixCall call, MatrixFault fault) {
    try {
      cell(call, fault);
      return null;
    } catch (Throwable e) {
      throw new AssertionError(shown + ": " + e.getMessage(), e);
    }
  }

  private void cell(MatrixCall call, MatrixFault fault) {
    String name = (call + "-" + fault).toLowerCase(Locale.ROOT).replace('_', '-');
    int size = fault == MatrixFault.STOPS_READING ? MatrixCell.LARGE : MatrixCell.SIZE;
    MatrixCell cell = new MatrixCell(name, directory, size);
    MatrixCell.DIRECT.createBucket(create -> create.bucket(name));
    int calls = fault.lasts() ? CALLS : 1;
    for (int i = 0; i < calls; i++) {
      call.prepare(cell, MatrixCell.DIRECT, key(i));
    }
    Predicate<Request> ofCell = request -> request.target().startsWith("/" + name);
    Fault injected = fault.of(call).on(ofCell);
    List<Fault> faults = nodes.alwaysAtOne(fault.lasts() ? injected : injected.once());
    try (LoadBalancer cluster = balancer();
        S3Client s3 = hasty(cluster)) {
      List<Result> results = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        results.add(result(cell, call, s3, key(i)));
        assertIdle(cluster);
        assertThat(calls(s3).size()).as("records of calls").isZero();
      }
      nodes.all().forEach(node -> node.endStalled(ofCell));
      assertAll(cell, call, fault, results, cluster, ofCell);
    } finally {
      nodes.forget(faults);
    }
  }

  private static String key(int i) {
    return "k%02d".formatted(i);
  }

  private static Result result(MatrixCell cell, MatrixCall call, S3Client s3, String key) {
    long began = System.nanoTime();
    Throwable failure = null;
    try {
      call.call(cell, s3, key);
    } catch (Throwable e) {
      failure = e;
    }
    return new Result(key, failure, (System.nanoTime() - began) / 1_000_000);
  }

  private void assertAll(
      MatrixCell cell,
      MatrixCall call,
      MatrixFault fault,
      List<Result> results,
      LoadBalancer cluster,
      Predicate<Request> ofCell) {
    MatrixOutcome outcome = FaultMatrix.outcome(call, fault);
    List<Request> all = nodes.requests().stream().filter(ofCell).toList();
    FaultProxy sick =
        nodes.all().stream()
            .filter(node -> node.struck().stream().anyMatch(ofCell))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no node had the fault"));
    int struck = (int) sick.struck().stream().filter(ofCell).count();
    int failed = 0;
    for (Result result : results) {
      assertThat(result.millis()).as("ms").isLessThan(PATIENCE.toMillis());
      Throwable failure = result.failure();
      if (failure == null) {
        call.verify(cell, MatrixCell.DIRECT, result.key());
      } else {
        failed++;
        if (outcome != MatrixOutcome.FAILS || failure instanceof AssertionError) {
          throw new AssertionError(text(failure), failure);
        }
        assertThat(text(failure)).contains("node " + sick.id());
      }
    }
    assertThat(failed).as("failed").isEqualTo(outcome == MatrixOutcome.FAILS ? struck : 0);
    assertAttempts(
        outcome, call, all, sick.struck().stream().filter(ofCell).toList(), results.size());
    assertNothingDoubled(cell, call, results);
    for (NodeSnapshot node : cluster.snapshot().nodes()) {
      boolean charged =
          node.node().id().equals(sick.id())
              && (outcome != MatrixOutcome.SAME || fault == MatrixFault.MALFORMED_CHUNK)
              && fault.isCharged(call);
      assertThat(node.faults()).as("faults of %s", node).isEqualTo(charged ? struck : 0);
    }
  }

  private static void assertAttempts(
      MatrixOutcome outcome, MatrixCall call, List<Request> all, List<Request> struck, int calls) {
    // The SDK's attempts of a call are alike but for their signatures, resumed ones have a range.
    List<Request> attempts =
        all.stream()
            .filter(
                one ->
                    one.method().equals(struck.get(0).method())
                        && query(one).equals(query(struck.get(0))))
            .toList();
    boolean repeated = outcome != MatrixOutcome.SAME && outcome != MatrixOutcome.FAILS;
    assertThat(attempts)
        .as("attempts of %s, all requests: %s", outcome, all)
        .hasSize(calls + (repeated ? struck.size() : 0));
    assertThat(attempts.stream().filter(one -> one.header("Range").isPresent()).count())
        .as("resumed")
        .isEqualTo(outcome == MatrixOutcome.RESUMED ? 1 : 0);
    assertThat(all.size() - attempts.size())
        .as("questions beside: %s", all)
        .isBetween(0, repeated && call.isConfirmed() ? 4 * struck.size() : 0);
  }

  /** Names of parameters: what tells operations of a method from one another. */
  private static String query(Request request) {
    String target = request.target();
    int query = target.indexOf('?');
    return query < 0 ? "" : target.substring(query).replaceAll("=[^&]*", "");
  }

  private static void assertNothingDoubled(MatrixCell cell, MatrixCall call, List<Result> results) {
    List<String> expected = new ArrayList<>();
    for (Result result : results) {
      if (call == MatrixCall.COPY) {
        expected.add("of-" + result.key());
      }
      expected.add(result.key());
    }
    // The servers keep what they have of an upload under a name of their own until it breaks off.
    await().untilAsserted(() -> assertThat(cell.keys("")).as("objects").isSubsetOf(expected));
    for (Result result : results) {
      assertThat(cell.uploads(result.key()).size())
          .as("uploads")
          .isEqualTo(call == MatrixCall.CREATE_UPLOAD || call == MatrixCall.UPLOAD_PART ? 1 : 0);
    }
  }

  /** Everything that it says. */
  static String text(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable one = failure; one != null; one = one.getCause()) {
      text.append(one).append('\n');
      for (Throwable suppressed : one.getSuppressed()) {
        text.append(text(suppressed));
      }
    }
    return text.toString();
  }
}
