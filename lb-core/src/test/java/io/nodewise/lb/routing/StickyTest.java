package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Cache;
import io.nodewise.lb.node.RequestHint;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class StickyTest {
  private final Picking picking = Picking.by(BalancingPolicy.sticky(), FakeCandidate.idle(20));
  private final FakeCandidate first = picking.pick("session");

  private FakeCandidate expectOneNode() {
    Set<FakeCandidate> met = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      met.add(picking.pick("session"));
    }
    assertThat(met).hasSize(1);
    return met.iterator().next();
  }

  @Test
  void a_session_stays_where_it_was_however_busy_that_is() {
    first.inFlight = 10_000;
    first.penalty = 100;
    assertThat(expectOneNode()).isSameAs(first);
    assertThat(picking.pick(RequestHint.write().withAffinity("session")))
        .as("a write, too")
        .isSameAs(first);
  }

  @Test
  void a_session_moves_when_its_node_is_closed_and_stays_there_when_it_is_back() {
    first.full = true;
    FakeCandidate second = expectOneNode();
    assertThat(second).isNotSameAs(first);
    first.full = false;
    assertThat(expectOneNode()).isSameAs(second);
    second.weight = 0;
    FakeCandidate third = expectOneNode();
    second.weight = 1;
    picking.tried.add(third);
    FakeCandidate fourth = expectOneNode();
    picking.tried.clear();
    assertThat(expectOneNode()).isSameAs(fourth).isNotSameAs(third);
  }

  @Test
  void a_session_moves_when_its_node_leaves_the_table_and_stays_there_when_it_is_back() {
    picking.among(picking.without(first));
    FakeCandidate second = expectOneNode();
    picking.among(picking.nodes);
    assertThat(expectOneNode()).isSameAs(second);
  }

  @Test
  void a_session_outlives_a_table() {
    FakeCandidate same = new FakeCandidate(first.node().host()); // another state, the same node
    picking.among(same, new FakeCandidate("new1"), new FakeCandidate("new2"));
    assertThat(expectOneNode()).isSameAs(same);
  }

  @Test
  void new_sessions_go_to_the_least_loaded_and_so_spread() {
    int[] counts = new int[20];
    for (int i = 0; i < 4000; i++) {
      counts[picking.indexOf(picking.pick("user" + i))]++;
    }
    Uniformity.assertUniform(counts);
    for (FakeCandidate node : picking.nodes) {
      node.inFlight = node == first ? 4 : 5;
    }
    for (int i = 0; i < 100; i++) {
      assertThat(picking.pick("late" + i)).isSameAs(first);
    }
  }

  @Test
  void sessions_do_not_disturb_each_other() {
    Map<String, FakeCandidate> nodeOf = new HashMap<>();
    for (int i = 0; i < 500; i++) {
      nodeOf.put("s" + i, picking.pick("s" + i));
    }
    nodeOf.forEach((session, node) -> assertThat(picking.pick(session)).isSameAs(node));
  }

  @Test
  void requests_of_no_session_go_to_the_least_loaded() {
    Picking ten = Picking.by(BalancingPolicy.sticky(), FakeCandidate.idle(10));
    for (FakeCandidate node : ten.nodes) {
      node.inFlight = 3;
    }
    ten.nodes[4].inFlight = 2;
    assertThat(ten.met(50)).containsExactly(ten.nodes[4]);
  }

  @Test
  void load_balancers_do_not_share_sessions() {
    BalancingPolicy policy = BalancingPolicy.sticky();
    FakeCandidate[] nodes = FakeCandidate.idle(2);
    Picking one = Picking.by(policy, nodes);
    nodes[1].full = true;
    assertThat(one.pick("session")).isSameAs(nodes[0]);
    nodes[1].full = false;
    nodes[0].inFlight = 1;
    assertThat(Picking.by(policy, nodes).pick("session")).isSameAs(nodes[1]);
    assertThat(one.pick("session")).isSameAs(nodes[0]);
  }

  @Test
  void a_request_that_finds_nobody_leaves_its_session_where_it_is() {
    for (FakeCandidate node : picking.nodes) {
      node.full = true;
    }
    assertThat(picking.pick("session")).isNull();
    for (FakeCandidate node : picking.nodes) {
      node.full = false;
    }
    assertThat(expectOneNode()).isSameAs(first);
  }

  @Test
  void memory_is_bounded() throws Exception {
    Sticky sticky = new Sticky(BalancingPolicy.leastLoaded().newBalancer());
    Picking many = Picking.by(sticky, FakeCandidate.idle(2));
    for (int i = 0; i < 120_000; i++) {
      many.pick("s" + i);
    }
    var field = Sticky.class.getDeclaredField("nodeOf");
    field.setAccessible(true);
    Cache<?, ?> sessions = (Cache<?, ?>) field.get(sticky);
    sessions.cleanUp();
    assertThat(sessions.estimatedSize()).isBetween(50_000L, 100_000L);
  }

  @Test
  void threads_of_one_session_soon_agree() throws Exception {
    Picker picker = BalancingPolicy.sticky().newBalancer().over(picking.nodes);
    Set<Candidate> met = ConcurrentHashMap.newKeySet();
    RequestHint hint = RequestHint.read().withAffinity("session");
    Runnable pick =
        () -> met.add(picker.pick(new Tried(), hint, Thread.currentThread().getId() << 33));
    inFourThreads(pick);
    met.clear();
    inFourThreads(pick);
    assertThat(met).hasSize(1);
  }

  private static void inFourThreads(Runnable task) throws InterruptedException {
    Thread[] threads = new Thread[4];
    for (int t = 0; t < 4; t++) {
      threads[t] = new Thread(task);
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join(30_000);
    }
  }
}
