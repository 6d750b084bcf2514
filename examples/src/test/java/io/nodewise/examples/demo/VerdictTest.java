package io.nodewise.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.examples.demo.client.ClientUnderTest;
import io.nodewise.examples.demo.client.NodeRow;
import io.nodewise.examples.demo.load.Call;
import io.nodewise.examples.demo.load.CallLog;
import io.nodewise.examples.demo.load.Op;
import io.nodewise.examples.status.StatusPage;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

class VerdictTest {
  private static final String NODE = "127.0.0.1:9001";

  private final CallLog calls = new CallLog();
  private final RunLog run = new RunLog();

  @Test
  void passesWhenAllWentWellAndSomethingFailedOver() {
    fault(Fault.Kind.KILL, 3, Op.UPLOAD);
    Verdict verdict = verdict(1);
    assertThat(verdict.problems()).isEmpty();
    assertThat(verdict.success()).isTrue();
    assertThat(verdict.faults())
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.kind()).isEqualTo("kill");
              assertThat(fault.callsDuring()).isEqualTo(1);
              assertThat(fault.uploadsDuring()).isEqualTo(1);
              assertThat(fault.failedCalls()).isZero();
            });
  }

  @Test
  void aFailedCallIsAProblemAndNamesTheError() {
    calls.add(call(Op.GET, 0, 10, Optional.of("IOException: gone"), Optional.empty()));
    assertThat(verdict(1).problems()).containsExactly("1 call failed", "  1 x IOException: gone");
  }

  @Test
  void aWrongByteIsAProblem() {
    calls.add(call(Op.GET, 0, 10, Optional.empty(), Optional.of("key differs at byte 5")));
    Verdict verdict = verdict(1);
    assertThat(verdict.corrupted()).isEqualTo(1);
    assertThat(verdict.problems())
        .containsExactly("1 call corrupted", "  1 x key differs at byte 5");
  }

  @Test
  void noFailoverIsAProblemOfTheBalancedClientOnly() {
    assertThat(verdict(0).problems()).containsExactly("no failover happened");
    assertThat(Verdict.of(ClientUnderTest.Kind.PLAIN, client(0), calls, run).problems()).isEmpty();
  }

  @Test
  void aFaultThatMetNoCallIsAProblem() {
    run.end(run.begin(Fault.Kind.ROLLING_RESTART, NODE, 0));
    assertThat(verdict(1).problems())
        .containsExactly("rolling-restart of " + NODE + " met no call in flight");
  }

  @Test
  void aHangOfANodeWithoutUploadsIsAProblem() {
    fault(Fault.Kind.HANG, 2, Op.GET);
    assertThat(verdict(1).problems())
        .containsExactly("hang of " + NODE + " met no upload in flight");
  }

  @Test
  void timeBeyondTransferIsMeasuredAgainstUndisturbedCallsOfTheSameClass() {
    long before = run.startNanos() - TimeUnit.SECONDS.toNanos(10);
    for (long millis : new long[] {90, 100, 5_000}) {
      calls.add(call(Op.PUT, before, millis, Optional.empty(), Optional.empty()));
    }
    int fault = run.begin(Fault.Kind.ROLLING_RESTART, NODE, 1);
    calls.add(call(Op.PUT, System.nanoTime(), 350, Optional.empty(), Optional.empty()));
    run.end(fault);
    assertThat(verdict(1).faults())
        .singleElement()
        .satisfies(
            result -> {
              assertThat(result.maxMillisDuring()).isEqualTo(350);
              assertThat(result.maxMillisBeyondTransfer()).isEqualTo(250);
            });
  }

  private void fault(Fault.Kind kind, int inFlight, Op op) {
    int fault = run.begin(kind, NODE, inFlight);
    calls.add(call(op, System.nanoTime(), 10, Optional.empty(), Optional.empty()));
    run.end(fault);
  }

  private Verdict verdict(long failovers) {
    return Verdict.of(ClientUnderTest.Kind.NODEWISE, client(failovers), calls, run);
  }

  private static Call call(
      Op op, long start, long millis, Optional<String> error, Optional<String> corruption) {
    long end = start + TimeUnit.MILLISECONDS.toNanos(millis);
    return new Call(op, 1_000, start, end, 0, 1, start, error, corruption);
  }

  private static ClientUnderTest client(long failovers) {
    return new ClientUnderTest() {
      @Override
      public S3Client s3() {
        throw new UnsupportedOperationException();
      }

      @Override
      public List<NodeRow> rows() {
        return List.of();
      }

      @Override
      public long failovers() {
        return failovers;
      }

      @Override
      public StatusPage page(int port) {
        throw new UnsupportedOperationException();
      }

      @Override
      public void close() {}
    };
  }
}
