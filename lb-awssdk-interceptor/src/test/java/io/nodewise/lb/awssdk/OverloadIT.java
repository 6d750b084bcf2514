package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.node.NodeState;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** How much more is sent when nodes are overloaded or dead, counted at the servers. */
class OverloadIT extends OnS3Nodes {
  private static final Duration LASTS = Duration.ofSeconds(5);

  /** Calls that wait for the SDK's back-off, a second each, must not hold up the others. */
  private static final int THREADS = 100;

  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();

  /** Calls at a steady rate, whatever becomes of them; returns the rate at which they began. */
  private double callAtRate(S3Client s3, int perSecond) throws Exception {
    int calls = (int) (perSecond * LASTS.toSeconds());
    CountDownLatch ended = new CountDownLatch(calls);
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);
    AtomicLong last = new AtomicLong();
    try {
      long began = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        Future<?> unused = // they report by themselves
            threads.schedule(
                () -> {
                  last.accumulateAndGet(System.nanoTime(), Math::max);
                  try {
                    get(s3, "k");
                    done.incrementAndGet();
                  } catch (S3Exception e) {
                    refused.incrementAndGet();
                  } finally {
                    ended.countDown();
                  }
                },
                i * 1_000_000L / perSecond,
                TimeUnit.MICROSECONDS);
      }
      assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
      return calls * 1e9 / (last.get() - began);
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 160})
  void where_all_nodes_ask_for_less_hardly_more_is_sent_than_was_asked_for(int perSecond)
      throws Exception {
    // No probes, which a busy machine answers too late: this is about what calls bring about.
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    put(MatrixCell.DIRECT, "k", bytes(1000));
    nodes.always(Fault.answerInstead(503, Fault.error("SlowDown")));

    double rate = callAtRate(s3, perSecond);

    int calls = refused.get();
    double perCall = (double) nodes.count("GET") / calls;
    System.out.printf("overload: %d calls at %.0f/s, %.3f attempts a call%n", calls, rate, perCall);
    assertThat(done.get()).isZero();
    assertThat(perCall).isBetween(1.0, 1.1 + 10 / rate);
    assertThat(faults(cluster)).as(() -> cluster.snapshot().toString()).isZero();
    assertThat(cluster.snapshot().eligible()).isEqualTo(4);
    assertIdle(cluster);

    nodes.forgetFaults();

    for (int i = 0; i < 20; i++) {
      assertThat(get(s3, "k")).as("once it is over").hasSize(1000);
    }
  }

  @Test
  void a_dead_node_of_four_costs_no_failure_and_once_it_is_known_no_attempts() throws Exception {
    LoadBalancer cluster = cluster();
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 4)).isTrue();
    S3Client s3 = client(cluster);
    put(MatrixCell.DIRECT, "k", bytes(1000));
    nodes.get(1).kill();
    inParallel(8, 100, i -> assertThat(get(s3, "k")).hasSize(1000));
    await().until(() -> node(cluster, nodes.get(1)).state() == NodeState.DOWN);
    long before = attempts(cluster);
    int served = nodes.count("GET");

    inParallel(
        8,
        2000,
        i -> {
          if (i % 10 == 0) {
            put(s3, "k" + i % 50, bytes(1000));
          } else {
            assertThat(get(s3, "k")).hasSize(1000);
          }
        });

    assertThat(attempts(cluster) - before).as("attempts of 2000 calls").isLessThan(2020);
    assertThat(nodes.count("GET") - served).isEqualTo(1800);
    assertIdle(cluster);
  }

  private static long attempts(LoadBalancer cluster) {
    return cluster.snapshot().nodes().stream().mapToLong(NodeSnapshot::attempts).sum();
  }
}
