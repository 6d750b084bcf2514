package io.nodewise.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.nodewise.lb.discovery.Discovery;
import io.nodewise.lb.discovery.Found;
import io.nodewise.lb.discovery.NodeSource;
import io.nodewise.lb.discovery.ScriptedSource;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.ThreadTasks;
import io.nodewise.lb.time.VirtualTasks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** What is told of a source, and how often. */
class SourceWatchTest {
  private final VirtualTasks time = new VirtualTasks();
  private final Logger logger = (Logger) LoggerFactory.getLogger(SourceWatch.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(lines);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(lines);
    logger.setLevel(null);
  }

  private SourceWatch watch(NodeSource source, Tasks looks) {
    return new SourceWatch(
        source, Discovery.defaults(), NodeSet::of, "s3", looks, time, () -> 1L << 62);
  }

  private List<String> told() {
    return lines.list.stream()
        .map(line -> line.getLevel() + " " + line.getFormattedMessage())
        .toList();
  }

  @Test
  void a_trouble_is_told_once_and_its_end_once_however_often_it_comes_and_goes() {
    ScriptedSource source = new ScriptedSource().finds("http://n{1...3}:9000");
    try (SourceWatch watch = watch(source, time)) {
      watch.startHere();
      for (int i = 0; i < 5; i++) {
        source.fails("SERVFAIL");
        watch.refresh();
        time.advance(Duration.ofSeconds(40));
        source.finds("http://n{1...3}:9000");
        time.advance(Duration.ofSeconds(40));
      }
      assertThat(told())
          .containsExactly(
              "WARN s3: script failed, the 3 nodes stay: SERVFAIL",
              "INFO s3: script answers again: 3 nodes");

      source.fails("NXDOMAIN");
      watch.refresh();
      time.advance(Duration.ofSeconds(40));
      assertThat(told()).as("another trouble").hasSize(3);
      time.advance(Duration.ofMinutes(30));
      assertThat(told()).as("reminded of, not flooded").hasSizeBetween(4, 6);
    }
  }

  @Test
  @Timeout(30)
  void a_source_that_does_not_answer_is_told_of() throws Exception {
    CountDownLatch asked = new CountDownLatch(2);
    NodeSource source =
        () -> {
          asked.countDown();
          if (asked.getCount() == 0) {
            new CountDownLatch(1).await();
          }
          return Found.of(NodeSet.parse("http://n1:9000").nodes());
        };
    try (SourceWatch watch = watch(source, new ThreadTasks("source-watch-test"))) {
      watch.start();
      watch.onChange(NodeSet.parse("http://n1:9000"), set -> {}, time);
      watch.refresh();
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      time.advance(SourceWatch.SILENCE);
      assertThat(told()).singleElement().asString().contains("has not answered for 30 s");
      time.advance(Duration.ofMinutes(10));
      assertThat(told()).hasSize(1);
    }
  }

  /** It began before there was a load balancer, and so a clock. */
  @Test
  @Timeout(30)
  void so_is_one_that_has_never_answered() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    NodeSource source =
        () -> {
          asked.countDown();
          new CountDownLatch(1).await();
          return Found.of(List.of());
        };
    try (SourceWatch watch =
        new SourceWatch(
            source,
            Discovery.builder().firstAnswer(Duration.ZERO).build(),
            NodeSet::of,
            "s3",
            new ThreadTasks("source-watch-test"),
            time,
            () -> 1L << 62)) {
      watch.start();
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      watch.onChange(NodeSet.none("http"), set -> {}, time);
      time.advance(SourceWatch.SILENCE);
      assertThat(told()).singleElement().asString().contains("has not answered for 30 s");
    }
  }
}
