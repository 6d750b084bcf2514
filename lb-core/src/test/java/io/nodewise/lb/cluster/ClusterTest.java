package io.nodewise.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.TestRuntime;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.probe.ScriptedProbeClient;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.Backups;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.Candidate;
import io.nodewise.lb.routing.InFlightLimits;
import io.nodewise.lb.routing.Picker;
import io.nodewise.lb.routing.SiteFailover;
import io.nodewise.lb.routing.Tried;
import io.nodewise.lb.time.VirtualTasks;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The last step of a pick: others may have been quicker. */
class ClusterTest {
  private final VirtualTasks tasks = new VirtualTasks();
  private int late; // so many picks more are decided on what was true a moment ago

  /** Finds the first node open though it filled up since: another thread was quicker. */
  private final BalancingPolicy overtaken =
      BalancingPolicy.custom(
          "overtaken",
          () ->
              group -> {
                Picker otherwise = BalancingPolicy.leastLoaded().newBalancer().over(group);
                return (tried, hint, random) ->
                    late-- > 0 ? group[0] : otherwise.pick(tried, hint, random);
              });

  private final Cluster cluster =
      new Cluster(
          NodeSet.parse("http://n0:9000"),
          new Cluster.Settings(
              HealthCheck.none(),
              OutlierDetection.defaults(),
              SlowStart.defaults(),
              Timeouts.defaults(),
              overtaken,
              InFlightLimits.none(),
              SiteFailover.defaults(),
              Backups.ALL,
              RetryBudget.defaults(),
              Hedging.off(),
              List.of()),
          new Cluster.Runtime(tasks, tasks, TestRuntime.seeded(1), new ScriptedProbeClient(tasks)));

  private LiveNode begin() throws Exception {
    return cluster.begin(new Tried(), RequestHint.read());
  }

  @Test
  void a_place_that_another_thread_took_meanwhile_is_not_taken_twice() throws Exception {
    cluster.update(NodeSet.parse("http://n{1...2}:9000")); // both new: one request at a time
    late = 1;
    Candidate first = begin();
    late = 3; // sees the first node still open, three times
    Candidate second = begin();
    assertThat(second).isNotSameAs(first);
    assertThat(first.inFlight()).isEqualTo(1);
    assertThat(second.inFlight()).isEqualTo(1);
  }

  @Test
  void a_limit_spreads_load_and_never_refuses_it() throws Exception {
    cluster.update(NodeSet.parse("http://n{1...2}:9000"));
    for (int i = 0; i < 10; i++) {
      begin();
    }
    assertThat(cluster.registry().nodes()).extracting(LiveNode::inFlight).containsExactly(5, 5);
  }

  @Test
  void a_pick_that_is_always_overtaken_ends_all_the_same() throws Exception {
    cluster.update(NodeSet.parse("http://n{1...2}:9000"));
    begin();
    begin();
    late = Integer.MAX_VALUE;
    assertThat(begin().inFlight()).isEqualTo(2);
  }
}
