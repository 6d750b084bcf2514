package io.nodewise.examples.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.examples.LocalNodes;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.RequestHint;
import org.junit.jupiter.api.Test;

class HistoryTest {
  @Test
  void eachSecondHasItsOwnCallsAndOldOnesGo() throws Exception {
    History history = new History();
    try (LoadBalancer cluster =
        LoadBalancer.builder().nodes(LocalNodes.dead()).healthCheck(HealthCheck.none()).build()) {
      String node = cluster.nodes().nodes().get(0).id();
      history.add(cluster.snapshot());
      for (int second = 1; second <= History.SECONDS + 1; second++) {
        for (int i = 0; i < (second % 3); i++) {
          cluster.pick(RequestHint.read());
        }
        history.add(cluster.snapshot());
      }
      assertThat(history.of(node)).hasSize(History.SECONDS);
      assertThat(history.of(node).subList(0, 3))
          .extracting(History.Second::calls)
          .containsExactly(2L, 0L, 1L);

      cluster.update(NodeSet.parse(LocalNodes.dead()));
      history.add(cluster.snapshot());
      assertThat(history.of(node)).isEmpty();
    }
  }
}
