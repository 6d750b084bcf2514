package io.nodewise.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An answer from before an era, which is not held against its limit, whether parked or not. */
class ParkedInAnEarlierEraTest {
  private final QuietCluster quiet = new QuietCluster(NodeSet.parse("http://n{1...2}:9000"));
  private final LiveNode node = quiet.live(0);
  private final RunningAttempt attempt = quiet.beginOn(node);

  @BeforeEach
  void answer() {
    attempt.answered(true);
    look();
  }

  private void look() {
    quiet.cluster.sweeper().sweep();
  }

  private void park() {
    quiet.pass(Duration.ofSeconds(2));
    look();
    assertThat(node.parked()).isEqualTo(1);
  }

  private void readOn() {
    attempt.enter(RunningAttempt.Phase.READING);
    look();
    assertThat(node.parked()).isZero();
  }

  /** One of one attempt at a time, as on trial. */
  private void eraBegins() {
    node.setLeftover();
    node.era(node.era() + 1);
    node.limit(1);
  }

  @Test
  void neither_parked_nor_read_on_does_it_take_or_give_a_place() {
    eraBegins();
    park();
    readOn();
    assertThat(QuietCluster.places(node)).isEqualTo(1);
  }

  @Test
  void parked_since_the_era_began() {
    eraBegins();
    park();
    assertThat(QuietCluster.places(node)).isEqualTo(1);
  }

  @Test
  void parked_before_the_era_began_and_read_on_since() {
    park();
    eraBegins();
    readOn();
    assertThat(QuietCluster.places(node)).isEqualTo(1);
  }

  @Test
  void parked_before_the_era_began_and_ended_since() {
    park();
    eraBegins();
    attempt.finish(Outcome.success());
    assertThat(QuietCluster.places(node)).isEqualTo(1);
    assertThat(node.inFlight()).isEqualTo(1);
  }
}
