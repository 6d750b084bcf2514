package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.probe.ScriptedProbeClient;
import io.nodewise.lb.time.VirtualTasks;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A reading of the clock costs as much as the choice of a node, so each has to have a reason. */
class ClockReadsTest {
  private final VirtualTasks tasks = new VirtualTasks();
  private final AtomicInteger reads = new AtomicInteger();
  private LoadBalancer balancer;

  @BeforeEach
  void build() throws Exception {
    balancer =
        TestRuntime.set(
                LoadBalancer.builder()
                    .nodes("http://node{1...4}:9000")
                    .healthCheck(HealthCheck.none()),
                () -> {
                  reads.incrementAndGet();
                  return tasks.read();
                },
                tasks,
                TestRuntime.seeded(1),
                new ScriptedProbeClient(tasks))
            .build();
    for (int i = 0; i < 100; i++) {
      run(RequestHint.read(), Outcome.success()); // a node's first success changes its state
    }
    reads.set(0);
  }

  @AfterEach
  void close() {
    balancer.close();
  }

  private Node run(RequestHint hint, Outcome outcome) throws Exception {
    Attempt attempt = balancer.route(hint).next(true);
    attempt.readingLocalBody();
    attempt.sending();
    attempt.sent();
    attempt.firstByte();
    attempt.reading();
    attempt.idle();
    attempt.reading();
    attempt.end(outcome);
    return attempt.node();
  }

  @Test
  void a_read_reads_the_clock_when_it_begins_and_at_its_first_byte() throws Exception {
    run(RequestHint.read(), Outcome.success());
    assertThat(reads).hasValue(2);
  }

  @Test
  void a_write_reads_it_when_it_begins() throws Exception {
    run(RequestHint.write(), Outcome.success());
    assertThat(reads).hasValue(1);
  }

  @Test
  void a_chunk_moved_reads_no_clock() throws Exception {
    Attempt attempt = balancer.route(RequestHint.read()).next(false);
    attempt.firstByte();
    reads.set(0);
    for (int i = 0; i < 1000; i++) {
      attempt.reading();
      attempt.idle();
    }
    attempt.end(Outcome.success());
    assertThat(reads).hasValue(0);
  }
}
