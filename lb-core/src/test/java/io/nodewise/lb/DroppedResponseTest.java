package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.Outcome;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Response streams that nobody closes. */
class DroppedResponseTest {
  private final VirtualCluster cluster = VirtualCluster.up("http://n1:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  /** Collects garbage and lets the sweeper look, until it holds or enough is enough. */
  private boolean afterGarbageCollection(BooleanSupplier condition) {
    for (int i = 0; i < 50; i++) {
      System.gc();
      cluster.advance(200);
      if (condition.getAsBoolean()) {
        return true;
      }
    }
    return false;
  }

  private boolean nothingInFlight() {
    return cluster.balancer().snapshot().inFlight() == 0;
  }

  /** In a frame of its own, so that nothing on the stack keeps the response. */
  private Attempt beginWithDroppedResponse(List<String> aborted) {
    Attempt attempt = cluster.begin();
    attempt.abortBy(() -> aborted.add("aborted"));
    attempt.firstByte();
    attempt.endWith(new byte[100]);
    return attempt;
  }

  @Test
  void a_dropped_response_ends_its_attempt_and_closes_the_connection() {
    List<String> aborted = new ArrayList<>();
    Attempt attempt = beginWithDroppedResponse(aborted);
    assertThat(afterGarbageCollection(this::nothingInFlight)).isTrue();
    assertThat(aborted).containsExactly("aborted");
    assertThat(attempt.verdict()).hasToString("CANCELLED (response dropped without close)");
    assertThat(cluster.node("n1:9000").faults()).isZero();
  }

  @Test
  void a_response_somebody_holds_keeps_its_attempt() {
    Object response = new byte[100];
    Attempt attempt = cluster.begin();
    attempt.firstByte();
    attempt.endWith(response);
    try {
      for (int i = 0; i < 5; i++) {
        System.gc();
        cluster.advance(1000);
      }
      assertThat(attempt.verdict()).isNull();
      assertThat(nothingInFlight()).isFalse();
    } finally {
      Reference.reachabilityFence(response);
    }
    attempt.close();
  }

  @Test
  void the_attempt_itself_may_be_dropped_too() {
    beginWithDroppedResponse(new ArrayList<>());
    assertThat(afterGarbageCollection(this::nothingInFlight)).isTrue();
  }

  @Test
  void a_response_dropped_after_the_end_is_nothing_to_speak_of() {
    List<String> aborted = new ArrayList<>();
    Attempt before = beginWithDroppedResponse(aborted);
    before.end(Outcome.success());
    Attempt after = cluster.begin();
    after.end(Outcome.success());
    after.abortBy(() -> aborted.add("its connection may serve another request by now"));
    after.endWith(new byte[100]); // an empty body ends before anybody holds a stream
    Attempt canary = beginWithDroppedResponse(new ArrayList<>());
    assertThat(afterGarbageCollection(() -> canary.verdict() != null)).isTrue();
    assertThat(aborted).isEmpty();
    assertThat(before.verdict()).isNull();
    assertThat(after.verdict()).isNull();
    assertThat(nothingInFlight()).isTrue();
  }
}
