package io.nodewise.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.probe.ProbeResult;
import io.nodewise.lb.probe.ScriptedProbeClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What probes, sites, operators and updates may do to the cluster of {@link Chaos}: each a step
 * that any thread may take at any time.
 */
final class ChaosEvents {
  private final Cluster cluster;

  ChaosEvents(Cluster cluster) {
    this.cluster = cluster;
  }

  private static Node anybody(Random random) {
    return Chaos.everybody().nodes().get(random.nextInt(Chaos.NODES));
  }

  private static ProbeResult result(Random random) {
    Verdict verdict =
        switch (random.nextInt(12)) {
          case 0 -> Verdict.degraded(random.nextDouble(), "busy");
          case 1 -> Verdict.readOnly("full");
          case 2 -> Verdict.drain("leaving");
          case 3 -> Verdict.down("503");
          default -> Verdict.up("200");
        };
    return switch (random.nextInt(8)) {
      case 0 -> ScriptedProbeClient.refused();
      case 1 -> ScriptedProbeClient.noAnswer();
      default ->
          new ProbeResult(
              verdict, ProbeResult.Evidence.ANSWERED, Duration.ofMillis(random.nextInt(5)), null);
    };
  }

  void probe(Random random) {
    cluster.evidence().probed(anybody(random), result(random));
  }

  void site(Random random) {
    cluster
        .evidence()
        .siteProbed(random.nextInt(3), random.nextInt(3) > 0, random.nextInt(3) > 0, "asked");
  }

  void suspect(Random random) {
    List<LiveNode> nodes = cluster.registry().nodes();
    cluster.evidence().suspect(nodes.get(random.nextInt(nodes.size())));
  }

  /** Other members, or the same with another weight, place, or none to probe them. */
  void update(Random random) {
    boolean named = random.nextBoolean();
    List<Node> nodes = new ArrayList<>();
    for (Node node : Chaos.everybody()) {
      boolean stays = node.id().equals(Chaos.OPERATED) || random.nextInt(4) > 0;
      if (stays) {
        int tier = random.nextInt(2);
        Node.Builder changed =
            Node.builder(node.uri().toString())
                .tier(tier)
                .weight(random.nextInt(3))
                .probed(random.nextInt(4) > 0);
        nodes.add((named ? changed.site(tier == 0 ? "here" : "there") : changed).build());
      }
    }
    cluster.update(NodeSet.of(nodes));
  }

  /** What operators do to any node but the one that {@link Chaos#drained} has for itself. */
  void operate(Random random) {
    String id = anybody(random).id();
    if (id.equals(Chaos.OPERATED)) {
      return;
    }
    try {
      switch (random.nextInt(6)) {
        case 0 -> cluster.operators().drain(id);
        case 1 -> cluster.operators().disable(id);
        case 2 -> cluster.operators().weight(id, random.nextInt(3));
        default -> cluster.operators().resume(id);
      }
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageStartingWith("unknown node: " + id);
    }
  }
}
