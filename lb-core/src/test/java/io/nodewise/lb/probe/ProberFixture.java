package io.nodewise.lb.probe;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.HealthCheckBuilder;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.VirtualTasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** A {@link Prober} in virtual time with a sink that wants each node probed at the pace given. */
final class ProberFixture implements Prober.Sink {
  static final ProbeResult LOCAL = ProbeResult.down(Evidence.LOCAL, "no socket", Duration.ZERO);

  final VirtualTasks tasks = new VirtualTasks();
  final ScriptedProbeClient client = new ScriptedProbeClient(tasks);
  final List<String> told = new ArrayList<>();
  final List<String> sites = new ArrayList<>();
  final Map<String, Pace> paces = new HashMap<>(); // by id; absent: STEADY
  final Set<String> unusable = new HashSet<>(); // ids
  final Prober prober;

  ProberFixture(HealthCheckBuilder check) {
    this(check.build(), new Random(42)::nextLong);
  }

  ProberFixture(HealthCheck check, Randomness random) {
    prober = new Prober(check, client, tasks, tasks, random, this);
  }

  /** The default check without jitter. */
  static HealthCheckBuilder exact() {
    return HealthCheck.auto().toBuilder().jitter(0);
  }

  static List<Node> nodes(int count) {
    return IntStream.range(0, count).mapToObj(i -> Node.of("http://n" + i + ":9000")).toList();
  }

  @Override
  public Pace probed(Node node, ProbeResult result) {
    told.add(node.id() + " " + result.reason());
    return paces.getOrDefault(node.id(), Pace.STEADY);
  }

  @Override
  public void siteProbed(int tier, boolean canWrite, boolean canRead, String reason) {
    sites.add(tier + " " + canWrite + " " + canRead + " " + reason);
  }

  @Override
  public boolean isUsable(Node node) {
    return !unusable.contains(node.id());
  }

  void advance(double seconds) {
    tasks.advance(Duration.ofNanos((long) (seconds * 1e9)));
  }

  int sent(Node node) {
    return client.sent(node.id()).size();
  }

  /** Between the probes of this node sent so far, in seconds. */
  List<Double> gaps(Node node) {
    List<ScriptedProbeClient.Sent> sent = client.sent(node.id());
    return IntStream.range(1, sent.size())
        .mapToObj(i -> (sent.get(i).at() - sent.get(i - 1).at()) / 1e9)
        .toList();
  }
}
