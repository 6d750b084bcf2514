package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.Node;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who is excused for a stale connection, and how often. */
class PooledConnectionsTest {
  private static final Node N1 = Node.of("http://n1:9000");
  private static final Node N2 = Node.of("http://n2:9000");

  private final PooledConnections pooled = new PooledConnections();
  private long now = Long.MAX_VALUE - 5; // the clock may turn over

  private static Exception reset() {
    return new SocketException("Connection reset");
  }

  private PooledConnections.Pool to(Node node) {
    return pooled.to(node, now);
  }

  private void pool(Node node, int connections) {
    for (int i = 0; i < connections; i++) {
      to(node).back(now);
    }
  }

  /** An attempt that breaks off so long after its beginning. */
  private boolean isExcused(Node node, Exception failure, long millis) {
    boolean taken = to(node).take(now);
    long began = now;
    now += TimeUnit.MILLISECONDS.toNanos(millis);
    boolean excused = to(node).isExcused(failure, began, now);
    if (taken) {
      to(node).proven();
    }
    return excused;
  }

  @Test
  void as_many_are_excused_as_connections_were_pooled() {
    pool(N1, 3);
    for (int i = 0; i < 3; i++) {
      assertThat(isExcused(N1, reset(), 1)).as("reset %s", i).isTrue();
    }
    assertThat(isExcused(N1, reset(), 1)).isFalse();
  }

  @Test
  void what_is_under_way_over_a_pooled_connection_counts() {
    pool(N1, 2);
    assertThat(to(N1).take(now)).isTrue();
    assertThat(isExcused(N1, reset(), 1)).isTrue();
    assertThat(to(N1).isExcused(reset(), now, now)).isTrue();
    assertThat(to(N1).isExcused(reset(), now, now)).isFalse();
  }

  @Test
  void what_brought_an_answer_was_not_stale() {
    pool(N1, 1);
    to(N1).take(now);
    to(N1).proven();
    assertThat(to(N1).isExcused(reset(), now, now)).isFalse();
  }

  @Test
  void a_fresh_connection_is_never_excused_and_begins_no_event() {
    assertThat(isExcused(N1, reset(), 1)).isFalse();
    pool(N1, 1);
    assertThat(isExcused(N1, reset(), 1)).isTrue();
  }

  @Test
  void connections_pooled_since_the_event_are_good() {
    pool(N1, 1);
    assertThat(isExcused(N1, reset(), 1)).isTrue();
    pool(N1, 10);
    assertThat(isExcused(N1, reset(), 1)).isFalse();
  }

  @Test
  void after_two_seconds_a_client_has_looked_at_what_lay_there() {
    pool(N1, 2);
    assertThat(isExcused(N1, reset(), 1)).isTrue();
    now += TimeUnit.MILLISECONDS.toNanos(2001);
    assertThat(isExcused(N1, reset(), 1)).isFalse();
  }

  @Test
  void after_ten_seconds_it_may_happen_again() {
    pool(N1, 2);
    assertThat(isExcused(N1, reset(), 1)).isTrue();
    now += TimeUnit.SECONDS.toNanos(9);
    assertThat(isExcused(N1, reset(), 1)).isFalse();
    pool(N1, 1);
    now += TimeUnit.SECONDS.toNanos(1);
    assertThat(isExcused(N1, reset(), 1)).isTrue();
  }

  @Test
  void a_connection_that_was_used_for_a_second_was_not_stale() {
    pool(N1, 2);
    assertThat(isExcused(N1, reset(), 1000)).isFalse();
    assertThat(isExcused(N1, reset(), 900)).isTrue();
  }

  @Test
  void only_the_peers_leaving_is_excused() {
    pool(N1, 9);
    assertThat(isExcused(N1, new SocketTimeoutException("Read timed out"), 1)).isFalse();
    assertThat(isExcused(N1, new IOException("no such algorithm"), 1)).isFalse();
    assertThat(isExcused(N1, new IOException("wrapped", reset()), 1)).isTrue();
  }

  @Test
  void every_node_has_its_own() {
    pool(N1, 5);
    assertThat(isExcused(N2, reset(), 1)).isFalse();
    assertThat(isExcused(N1, reset(), 1)).isTrue();
  }

  // The JDK's, which has one pool for the JVM.

  @Test
  void in_the_words_of_the_jdk() {
    pool(N1, 2);
    assertThat(isExcused(N1, new IOException("Error writing request body to server"), 1)).isTrue();
    assertThat(isExcused(N1, new IOException("Error writing to server"), 1)).isTrue();
  }

  /** Of another client, another cluster even, in which the node has another id. */
  @Test
  void what_one_client_of_the_jvm_pooled_another_one_is_excused_for() {
    Node here = Node.of("http://of-the-jvm:9000");
    Node there = Node.builder("http://of-the-jvm:9000").id("x").build();
    PooledConnections.of(true).to(here, now).back(now);
    PooledConnections.Pool pool = PooledConnections.of(true).to(there, now);

    assertThat(PooledConnections.of(false).to(here, now).isExcused(reset(), now, now)).isFalse();
    assertThat(pool.take(now)).isTrue();
    assertThat(pool.isExcused(reset(), now, now)).isTrue();
    pool.proven();
    assertThat(pool.isExcused(reset(), now, now)).as("another one").isFalse();
  }

  /** It looks at none before it is used, and closes it after five seconds. */
  @Test
  void what_the_jvm_pooled_may_be_stale_for_five_seconds() {
    PooledConnections.Pool pool = PooledConnections.of(true).to(Node.of("http://five:9000"), now);
    for (int i = 0; i < 3; i++) {
      pool.back(now);
    }
    assertThat(pool.isExcused(reset(), now, now)).isTrue();
    pass(4900);
    assertThat(pool.isExcused(reset(), now, now)).isTrue();
    pass(200);
    assertThat(pool.isExcused(reset(), now, now)).isFalse();
  }

  // What nobody needs any more.

  private void pass(long millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** So many requests at once, all answered. */
  private void burst(Node node, int requests) {
    int taken = 0;
    for (int i = 0; i < requests; i++) {
      taken += to(node).take(now) ? 1 : 0;
    }
    for (int i = 0; i < requests; i++) {
      if (i < taken) {
        to(node).proven();
      }
      to(node).back(now);
    }
  }

  private int excusedNow(Node node) {
    int excused = 0;
    while (to(node).isExcused(reset(), now, now)) {
      excused++;
    }
    return excused;
  }

  @Test
  void after_a_burst_a_calm_client_is_excused_for_what_it_uses() {
    burst(N1, 500);
    for (int i = 0; i < 80; i++) { // 8 s
      pass(100);
      burst(N1, 3);
    }
    assertThat(excusedNow(N1)).isEqualTo(3);
  }

  @Test
  void what_is_used_again_and_again_counts_on() {
    burst(N1, 20);
    for (int i = 0; i < 40; i++) {
      pass(3000);
      burst(N1, 20);
    }
    pass(3000);
    assertThat(excusedNow(N1)).isEqualTo(20);
  }

  /** The last one came back a moment ago, however long ago the others did. */
  @Test
  void what_came_back_lately_counts_and_what_lay_there_meanwhile_does_not() {
    burst(N1, 20);
    assertThat(to(N1).take(now)).isTrue(); // for a long download
    pass(60_000);
    to(N1).proven();
    to(N1).back(now);
    pass(3000);
    assertThat(excusedNow(N1)).isEqualTo(1);
  }

  @Test
  void after_eight_seconds_without_a_request_nothing_is_left() {
    burst(N1, 20);
    pass(7999);
    burst(N2, 20);
    assertThat(excusedNow(N1)).as("at most").isLessThanOrEqualTo(20);
    pass(8000);
    assertThat(excusedNow(N2)).isZero();
    assertThat(to(N1).take(now)).isFalse();
  }

  @Test
  void what_is_under_way_is_not_forgotten() {
    pool(N1, 3);
    assertThat(to(N1).take(now)).isTrue();
    pass(60_000);
    assertThat(excusedNow(N1)).as("unproven").isEqualTo(1);
  }

  /** Many threads: each step is one change, so nothing is counted twice or lost. */
  @Test
  void threads_at_once_lose_no_count() throws Exception {
    PooledConnections.Pool pool = to(N1);
    Thread[] threads = new Thread[4];
    for (int t = 0; t < threads.length; t++) {
      threads[t] =
          new Thread(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  if (pool.take(now)) {
                    pool.proven();
                  }
                  pool.back(now);
                }
              });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    int idle = 0;
    while (pool.take(now)) {
      idle++;
    }
    assertThat(idle).isBetween(1, threads.length);
    assertThat(excusedNow(N1)).as("all of them under way, unproven").isEqualTo(idle);
  }
}
