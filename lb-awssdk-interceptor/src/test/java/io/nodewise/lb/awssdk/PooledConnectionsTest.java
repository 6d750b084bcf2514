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

  private void pool(Node node, int connections) {
    for (int i = 0; i < connections; i++) {
      pooled.back(node);
    }
  }

  /** An attempt that breaks off so long after its beginning. */
  private boolean isExcused(Node node, Exception failure, long millis) {
    boolean taken = pooled.take(node);
    long began = now;
    now += TimeUnit.MILLISECONDS.toNanos(millis);
    boolean excused = pooled.isExcused(node, failure, began, now);
    if (taken) {
      pooled.proven(node);
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
    assertThat(pooled.take(N1)).isTrue();
    assertThat(isExcused(N1, reset(), 1)).isTrue();
    assertThat(pooled.isExcused(N1, reset(), now, now)).isTrue();
    assertThat(pooled.isExcused(N1, reset(), now, now)).isFalse();
  }

  @Test
  void what_brought_an_answer_was_not_stale() {
    pool(N1, 1);
    pooled.take(N1);
    pooled.proven(N1);
    assertThat(pooled.isExcused(N1, reset(), now, now)).isFalse();
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
}
