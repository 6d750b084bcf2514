package io.nodewise.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.probe.ScriptedProbeClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Everybody reports, operates, updates and picks at once, on real threads. */
class RegistryContentionTest {
  private static final String THREAD = "nodewise-contention";

  private final Logger log = (Logger) LoggerFactory.getLogger("io.nodewise.lb.cluster");
  private final AtomicBoolean over = new AtomicBoolean();
  private final List<Thread> threads = new ArrayList<>();
  private final Chaos chaos = new Chaos(THREAD);

  private interface Step {
    void run(Random random) throws Exception;
  }

  @BeforeEach
  void be_quiet() {
    log.setLevel(Level.ERROR); // thousands of nodes fail alike, thousands of responses are dropped
  }

  @AfterEach
  void close() {
    over.set(true);
    chaos.cluster.close();
    log.setLevel(null);
  }

  private void loop(long seed, Step step) {
    Thread thread =
        new Thread(
            () -> {
              Random random = new Random(seed);
              try {
                while (!over.get()) {
                  step.run(random);
                }
              } catch (Throwable t) {
                chaos.errors.add(t);
              }
            },
            "chaos-" + threads.size());
    threads.add(thread);
    thread.start();
  }

  /**
   * Which thread comes when is nobody's choice, so a seed says what they do and not in what order.
   */
  private void nothingIsLostIn(Duration time) throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random seeds = new Random(seed);
    ChaosEvents events = new ChaosEvents(chaos.cluster);
    List<Step> steps =
        List.of(
            chaos::request,
            chaos::request,
            chaos::request,
            chaos::endParked,
            events::probe,
            events::probe,
            events::operate,
            chaos::drained,
            events::update,
            events::site,
            events::suspect,
            chaos::await,
            chaos::tick,
            chaos::look);
    steps.forEach(step -> loop(seeds.nextLong(), step));
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0 && chaos.errors.isEmpty()) {
      threads.get(0).join(10);
    }
    over.set(true);
    for (Thread thread : threads) {
      thread.join(30_000);
      assertThat(thread.isAlive()).as("%s ended", thread).isFalse();
    }
    System.out.println(chaos);
    assertThat(chaos.errors).as("seed %s", seed).isEmpty();
    chaos.settle(seeds);
    chaos.expectNothingLost();
    chaos.expectEverybodyBack();
    assertThat(chaos.errors).as("seed %s", seed).isEmpty();
    chaos.cluster.close();
    assertThat(Thread.getAllStackTraces().keySet()).noneMatch(t -> t.getName().equals(THREAD));
  }

  @Test
  @Timeout(120)
  void nothing_is_lost_and_nothing_breaks() throws Exception {
    nothingIsLostIn(Duration.ofSeconds(5));
  }

  @Test
  @Tag("stress")
  @Timeout(240)
  void nothing_is_lost_in_a_minute() throws Exception {
    nothingIsLostIn(Duration.ofMinutes(1));
  }

  private NodeState stateOf(String id) {
    return chaos.cluster.registry().nodes().stream()
        .filter(live -> live.node().id().equals(id))
        .findFirst()
        .orElseThrow()
        .state();
  }

  @Test
  void a_late_result_of_a_probe_at_the_old_address_says_nothing_about_the_new_node() {
    Node there = Node.builder("http://old:9000").id("a").build();
    Node here = Node.builder("http://new:9000").id("a").build();
    chaos.cluster.update(NodeSet.of(there, Node.of("http://b:9000")));
    chaos.cluster.update(NodeSet.of(here, Node.of("http://b:9000")));
    chaos.cluster.evidence().probed(there, ScriptedProbeClient.refused());
    assertThat(stateOf("a")).isEqualTo(NodeState.UNKNOWN);
    chaos.cluster.evidence().probed(here, ScriptedProbeClient.refused());
    assertThat(stateOf("a")).isEqualTo(NodeState.DOWN);
  }
}
