package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.node.Transition;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end: no thread, no surprise. */
@Timeout(60)
class CloseTest {

  /** Live threads of load balancers with this name. */
  private static List<String> threads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(thread -> thread.startsWith("nodewise-") && thread.contains(name))
        .toList();
  }

  /** Takes connections into its backlog and never answers, as a stopped process does. */
  private static ServerSocket deaf() throws Exception {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @Test
  void leaves_no_thread_even_with_probes_that_hang() throws Exception {
    try (ServerSocket first = deaf();
        ServerSocket second = deaf()) {
      LoadBalancer balancer =
          LoadBalancer.builder()
              .nodes(
                  "http://127.0.0.1:" + first.getLocalPort(),
                  "http://127.0.0.1:" + second.getLocalPort())
              .healthCheck(
                  HealthCheck.auto().toBuilder()
                      .interval(Duration.ofSeconds(60))
                      .fastInterval(Duration.ofMillis(10))
                      .timeout(Duration.ofSeconds(30))
                      .build())
              .name("close-test")
              .build();
      first.accept(); // by now a probe thread waits for an answer
      second.accept();
      assertThat(threads("close-test"))
          .hasSizeGreaterThanOrEqualTo(2)
          .contains("nodewise-close-test");
      assertThat(threads("close-test")).anyMatch(name -> name.contains("probe"));
      long start = System.nanoTime();
      balancer.close();
      assertThat(threads("close-test")).isEmpty();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
      balancer.close();
    }
  }

  @Test
  void all_its_threads_are_daemons() throws Exception {
    try (ServerSocket server = deaf();
        LoadBalancer balancer =
            LoadBalancer.builder()
                .nodes("http://127.0.0.1:" + server.getLocalPort())
                .name("daemon-test")
                .build()) {
      server.accept();
      assertThat(
              Thread.getAllStackTraces().keySet().stream()
                  .filter(thread -> thread.getName().contains("daemon-test")))
          .isNotEmpty()
          .allMatch(Thread::isDaemon);
      assertThat(balancer.nodes().size()).isEqualTo(1);
    }
  }

  @Test
  void threads_are_named_after_the_logical_endpoint_unless_told_otherwise() throws Exception {
    try (ServerSocket server = deaf()) {
      String authority = "127.0.0.1:" + server.getLocalPort();
      try (LoadBalancer balancer = LoadBalancer.builder().nodes("http://" + authority).build()) {
        server.accept();
        assertThat(balancer.toString()).contains(authority);
        assertThat(threads(authority)).contains("nodewise-" + authority);
      }
      assertThat(threads(authority)).isEmpty();
    }
  }

  @Test
  void running_attempts_end_well_after_it() throws Exception {
    VirtualCluster cluster = VirtualCluster.up("http://n{1...2}:9000");
    Route route = cluster.balancer().route(RequestHint.read());
    Attempt first = route.next(false);
    Attempt fault = cluster.beginOn("n1:9000");
    Attempt success = cluster.beginOn("n2:9000");
    Attempt dropped = cluster.beginOn("n2:9000");
    cluster.close();
    first.firstByte();
    first.reading();
    first.end(Outcome.unreachable("refused"));
    try (Attempt second = route.next(false)) { // a request under way may go on elsewhere
      assertThat(second.node()).isNotEqualTo(first.node());
    }
    fault.end(Outcome.fault("500"));
    success.end(Outcome.success());
    dropped.endWith(new Object());
    dropped.abortBy(() -> {});
    dropped.close();
    assertThat(cluster.balancer().snapshot().inFlight()).isZero();
    cluster.advance(60_000);
    assertThat(cluster.tasks().pending()).isZero();
  }

  @Test
  void any_later_use_is_an_error_that_names_the_balancer_but_looking_is_not() {
    VirtualCluster cluster = VirtualCluster.up("http://n{1...2}:9000");
    LoadBalancer balancer = cluster.balancer();
    balancer.close();
    for (ThrowingCallable use :
        List.<ThrowingCallable>of(
            () -> balancer.route(RequestHint.read()),
            () -> balancer.awaitReady(Duration.ofSeconds(1), 1),
            () -> balancer.drain("n1:9000"),
            () -> balancer.disable("n1:9000"),
            () -> balancer.resume("n1:9000"),
            () -> balancer.update(NodeSet.parse("http://n3:9000")),
            balancer::requireOpen)) {
      assertThatThrownBy(use)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the load balancer of http://n1:9000 is closed");
    }
    balancer.close();
    assertThat(balancer.snapshot().nodes()).hasSize(2);
    assertThat(balancer.nodes().size()).isEqualTo(2);
    assertThat(balancer.logicalEndpoint()).hasToString("http://n1:9000");
    assertThat(balancer.timeouts()).isNotNull();
    assertThat(balancer.toString()).contains("2/2 eligible");
    assertThat(cluster.probes().isClosed()).isTrue();
    assertThat(cluster.tasks().isClosed()).isTrue();
  }

  @Test
  void a_listener_may_close_it() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    AtomicReference<LoadBalancer> holder = new AtomicReference<>();
    LoadBalancer balancer =
        LoadBalancer.builder()
            .nodes("http://n{1...2}:9000")
            .healthCheck(HealthCheck.none())
            .name("closing-listener")
            .listener(
                new LoadBalancerListener() {
                  @Override
                  public void onTransition(Transition transition) {
                    holder.get().close();
                    closed.countDown();
                  }
                })
            .build();
    holder.set(balancer);
    List<Thread> before =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().contains("closing-listener"))
            .toList();
    balancer.drain("n1:9000");
    assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
    for (Thread thread : before) {
      thread.join(10_000);
    }
    assertThat(threads("closing-listener")).isEmpty();
  }

  @Test
  void many_threads_may_close_it_at_once() throws Exception {
    LoadBalancer balancer =
        LoadBalancer.builder().nodes("http://127.0.0.1:1").name("close-race").build();
    List<Thread> closers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Thread closer = new Thread(balancer::close);
      closer.start();
      closers.add(closer);
    }
    for (Thread closer : closers) {
      closer.join();
    }
    assertThat(threads("close-race")).isEmpty();
  }

  @Test
  void one_builder_makes_balancers_that_are_independent_of_each_other() {
    LoadBalancerBuilder builder =
        LoadBalancer.builder().nodes("http://n1:9000").healthCheck(HealthCheck.none());
    LoadBalancer first = builder.name("first-of-two").build();
    try (LoadBalancer second = builder.nodes("http://n2:9000").name("second-of-two").build()) {
      first.drain("n1:9000");
      first.close();
      assertThat(first.nodes().size()).isEqualTo(1);
      assertThat(second.nodes().size()).isEqualTo(2);
      assertThat(second.snapshot().eligible()).isEqualTo(2);
      second.requireOpen();
    }
  }
}
