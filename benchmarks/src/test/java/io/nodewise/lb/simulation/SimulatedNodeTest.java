package io.nodewise.lb.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.TestRuntime;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.simulation.SimulatedNode.Mood;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The model itself: two slots, 100 MB/s, 10 ms to the first byte, always. */
class SimulatedNodeTest {
  private static final Hardware TWO_SLOTS = new Hardware(2, 1, 100e6, 100e6, 10, 0);

  private final Timeline timeline = new Timeline();
  private final SimulatedNode node =
      new SimulatedNode("n", timeline, TWO_SLOTS, TestRuntime.seeded(1));
  private final List<String> log = new ArrayList<>();

  private SimulatedNode.Job send(String name, int bytes) {
    SimulatedNode.Job job =
        new SimulatedNode.Job(
            bytes,
            new SimulatedNode.Client() {
              @Override
              public void refused() {
                throw new AssertionError("no script");
              }

              private void note(String what) {
                log.add(name + " " + what + "@" + timeline.read() / 1_000_000);
              }

              @Override
              public void firstByte() {
                note("first");
              }

              @Override
              public void done() {
                note("done");
              }

              @Override
              public void failed(Outcome outcome, boolean answered) {
                note(outcome.reason());
              }

              @Override
              public void silent() {
                note("silent");
              }
            });
    node.take(job);
    return job;
  }

  private void runUntil(long millis) {
    timeline.runUntil(millis * 1_000_000 + 999_999);
  }

  @Test
  void bodies_share_the_bandwidth_equally() {
    send("a", 1_000_000); // 10 ms alone
    send("b", 2_000_000);
    runUntil(100);
    // Together until a is sent, at half the pace each; then b alone.
    assertThat(log).containsExactly("a first@10", "b first@10", "a done@30", "b done@40");
    assertThat(node.outstanding()).isZero();
  }

  @Test
  void a_third_waits_for_a_slot_and_a_fourth_is_told_to_slow_down() {
    send("a", 100_000);
    send("b", 100_000);
    send("c", 100_000);
    send("d", 100_000);
    runUntil(100);
    assertThat(log).contains("d 503 SlowDown@1", "a done@12", "c first@22", "c done@23");
  }

  @Test
  void whoever_leaves_gives_his_bandwidth_to_the_other() {
    send("a", 1_000_000);
    SimulatedNode.Job left = send("b", 1_000_000);
    runUntil(20);
    node.leave(left);
    runUntil(100);
    assertThat(log).containsExactly("a first@10", "b first@10", "a done@25");
    assertThat(node.outstanding()).isZero();
  }

  @Test
  void a_silent_node_finishes_nothing_and_resets_what_it_had_when_it_is_back() {
    send("a", 1_000_000);
    runUntil(15);
    node.become(Mood.SILENT);
    send("b", 1_000_000);
    runUntil(1000);
    assertThat(log).containsExactly("a first@10", "a silent@15");
    node.become(Mood.WELL);
    assertThat(log).endsWith("a connection reset@1000", "b connection reset@1000");
    send("c", 100_000);
    runUntil(2000);
    assertThat(log).endsWith("c first@1010", "c done@1011");
  }

  @Test
  void a_slow_node_takes_its_time_for_everything() {
    node.slow(10);
    send("a", 1_000_000);
    runUntil(1000);
    assertThat(log).containsExactly("a first@100", "a done@200");
  }
}
