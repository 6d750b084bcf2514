package io.nodewise.lb.probe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.Ticker;
import io.nodewise.lb.time.VirtualTasks;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Probes of a process that was stopped in between: real sockets, virtual time. */
class ProbePauseTest {
  /** Much longer than the test takes, as the sockets have real time-outs too. */
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private static final HealthCheck CHECK =
      HealthCheck.http("/").toBuilder().interval(Duration.ofMinutes(1)).timeout(TIMEOUT).build();

  private static final Tasks NO_TASKS =
      new Tasks() {
        @Override
        public Scheduled schedule(Duration delay, Runnable task) {
          return () -> {};
        }

        @Override
        public void close() {}
      };

  private static CompletableFuture<ProbeResult> probe(SocketProbeClient client, Node node) {
    CompletableFuture<ProbeResult> result = new CompletableFuture<>();
    client.probe(node, CHECK, CHECK.probe().orElseThrow(), result::complete);
    return result;
  }

  /** A probe of a silent node, in virtual time, by a machine whose every task is so much late. */
  private static final class LateDeadline implements AutoCloseable {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);
    private final VirtualTasks time = new VirtualTasks();
    private final LoopbackServer server =
        LoopbackServer.start(
            socket -> {
              LoopbackServer.readHead(socket);
              asked.countDown();
              answer.await();
              socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(US_ASCII));
            });
    private final SocketProbeClient client;
    private final CompletableFuture<ProbeResult> result;

    LateDeadline(Duration late) throws Exception {
      Tasks tasks =
          new Tasks() {
            @Override
            public Scheduled schedule(Duration delay, Runnable task) {
              return time.schedule(delay.plus(late), task);
            }

            @Override
            public void close() {}
          };
      client = new SocketProbeClient("paused", tasks, time, null);
      result = probe(client, server.node());
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      time.advance(TIMEOUT.plus(late));
    }

    @Override
    public void close() throws IOException {
      answer.countDown();
      client.close();
      server.close();
    }
  }

  /** What becomes of a probe that took a minute, for which nobody heard the deadline. */
  private static ProbeResult afterAMinute(Node node) {
    AtomicBoolean begun = new AtomicBoolean();
    Ticker jumping = () -> begun.getAndSet(true) ? Duration.ofMinutes(1).toNanos() : 0;
    try (SocketProbeClient client = new SocketProbeClient("late", NO_TASKS, jumping, null)) {
      return Probing.await(probe(client, node));
    }
  }

  private static ProbeResult afterAMinute(String answer) throws IOException {
    try (LoopbackServer server = LoopbackServer.answering(answer)) {
      return afterAMinute(server.node());
    }
  }

  @Test
  void a_deadline_that_comes_late_says_nothing_about_the_node() throws Exception {
    try (LateDeadline late = new LateDeadline(ProbeRun.PAUSE.plusMillis(1))) {
      ProbeResult result = Probing.await(late.result);
      assertThat(result.evidence()).isEqualTo(Evidence.LOCAL);
      assertThat(result.reason()).isEqualTo("this machine paused: no answer within 20000 ms");
    }
  }

  @Test
  void one_in_time_does() throws Exception {
    try (LateDeadline inTime = new LateDeadline(Duration.ZERO)) {
      assertThat(Probing.await(inTime.result).evidence()).isEqualTo(Evidence.NO_ANSWER);
    }
  }

  @Test
  void one_a_little_late_gives_back_what_was_lost_so_that_an_answer_is_read() throws Exception {
    try (LateDeadline late = new LateDeadline(Duration.ofMillis(300))) {
      assertThat(late.result).isNotDone();
      late.answer.countDown();
      assertThat(Probing.await(late.result).isUp()).isTrue();
    }
  }

  @Test
  void but_once_only_however_late_the_threads_of_a_busy_machine_are() throws Exception {
    for (Duration each : List.of(Duration.ofMillis(300), ProbeRun.PAUSE)) {
      try (LateDeadline late = new LateDeadline(each)) {
        late.time.advance(each.multipliedBy(2).minusMillis(1));
        assertThat(late.result).isNotDone();
        late.time.advance(Duration.ofMillis(1));
        assertThat(Probing.await(late.result).evidence()).isEqualTo(Evidence.NO_ANSWER);
      }
    }
  }

  @Test
  void an_answer_is_an_answer_however_late() throws Exception {
    ProbeResult up = afterAMinute("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assertThat(up.isUp()).as("%s", up).isTrue();
    ProbeResult down = afterAMinute("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    assertThat(down.evidence()).isEqualTo(Evidence.ANSWERED);
    assertThat(down.reason()).startsWith("503");
    ProbeResult half = afterAMinute("HTTP/1.1 503 Busy\r\nContent-Length: 10\r\n\r\nhello");
    assertThat(half.evidence()).as("its status is").isEqualTo(Evidence.ANSWERED);
  }

  @Test
  void a_refusal_is_a_refusal_however_late() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, LoopbackServer.address("127.0.0.1"))) {
      port = socket.getLocalPort();
    }
    ProbeResult result = afterAMinute(Node.of("http://127.0.0.1:" + port));
    assertThat(result.evidence()).isEqualTo(Evidence.REFUSED);
  }

  @Test
  void a_connection_that_broke_meanwhile_was_tired_of_us() throws Exception {
    assertThat(afterAMinute("").evidence()).isEqualTo(Evidence.LOCAL);
    assertThat(afterAMinute("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello").evidence())
        .isEqualTo(Evidence.LOCAL);
    try (LoopbackServer server = LoopbackServer.answering("")) {
      Node secure = Node.of("https://127.0.0.1:" + server.port());
      assertThat(afterAMinute(secure).evidence()).isEqualTo(Evidence.LOCAL);
    }
  }
}
