package io.nodewise.lb.simulation;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.TestRuntime;
import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.StableHash;
import io.nodewise.lb.node.Transition;
import io.nodewise.lb.time.Randomness;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/** Clients, nodes and requests on one virtual clock. One thread only; used once. */
final class Simulation implements AutoCloseable {
  private record Due(long at, SimulatedClient.Request request) {}

  private final Setting setting;
  private final Timeline timeline = new Timeline();
  private final Observations observations;
  private final Randomness random;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final Map<String, SimulatedNode> byId = new LinkedHashMap<>();
  private final Map<String, Integer> indexes = new HashMap<>();
  private final List<SimulatedClient> clients = new ArrayList<>();
  private final Deque<Due> deadlines = new ArrayDeque<>(); // all of the same length, so in order
  private double rate; // requests a second
  private boolean stopped;

  /** Clients know the first {@code members} of the nodes. */
  Simulation(Setting setting, int members) {
    this.setting = setting;
    this.observations = new Observations(timeline, setting.nodes());
    this.random = TestRuntime.seeded(StableHash.mix(setting.seed()));
    for (int i = 0; i < setting.nodes(); i++) {
      Randomness own = TestRuntime.seeded(random.next());
      SimulatedNode node = new SimulatedNode(id(i), timeline, setting.hardware(), own);
      nodes.add(node);
      byId.put(node.id(), node);
      indexes.put(node.id(), i);
    }
    NodeSet known = members(members);
    for (int i = 0; i < setting.clients(); i++) {
      clients.add(new SimulatedClient(balancer(i, known), this));
    }
    load(setting.load());
    everyTenth();
  }

  Simulation(Setting setting) {
    this(setting, setting.nodes());
  }

  private static String id(int index) {
    return "n" + (index + 1) + ":9000";
  }

  /** The first nodes, so many of them. */
  private static NodeSet members(int count) {
    List<Node> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(Node.of("http://" + id(i)));
    }
    return NodeSet.of(members);
  }

  private LoadBalancer balancer(int client, NodeSet members) {
    LoadBalancerListener listener =
        new LoadBalancerListener() {
          @Override
          public void onTransition(Transition transition) {
            boolean out = transition.to() == NodeState.EJECTED || transition.to() == NodeState.DOWN;
            if (out && transition.from().eligible()) {
              observations.ejected(node(transition.node().id()).isSick());
            }
          }
        };
    return TestRuntime.set(
            LoadBalancer.builder()
                .nodes(members.nodes())
                .policy(setting.policy().of(client))
                .listener(listener),
            timeline,
            timeline.tasks(),
            TestRuntime.seeded(random.next()),
            new SimulatedProbes(timeline, byId, Setting.ROUND_TRIP))
        .build();
  }

  /** So many times what the nodes can serve comes from now on. */
  void load(double times) {
    rate = times * setting.capacity();
  }

  /** Begins to send; requests come from now on until the end. */
  void startArrivals() {
    double perArrival = 1 + Setting.BURSTS * (setting.burst() - 1);
    double gap = -Math.log(1 - random.nextUnit()) * perArrival / rate;
    timeline.after((long) (gap * 1e9), this::arrival);
  }

  /** Evenly spaced, each of any client: so many requests a second until then. */
  void startEvenly(double perSecond, double untilSeconds, IntSupplier bytes) {
    if (timeline.seconds() < untilSeconds) {
      timeline.after((long) (1e9 / perSecond), () -> startEvenly(perSecond, untilSeconds, bytes));
      send(clients.get(random.nextInt(clients.size())), bytes.getAsInt());
    }
  }

  /** Chance, for whoever needs some more. */
  Randomness random() {
    return random;
  }

  /** Sends no more. */
  void stopArrivals() {
    stopped = true;
  }

  private void arrival() {
    if (stopped) {
      return;
    }
    startArrivals();
    SimulatedClient client = clients.get(random.nextInt(clients.size()));
    int count = random.nextUnit() < Setting.BURSTS ? setting.burst() : 1;
    for (int i = 0; i < count; i++) {
      send(client);
    }
  }

  /** One request of this client. */
  void send(SimulatedClient client) {
    send(client, setting.sizes().draw(random.nextUnit()));
  }

  /** The same for an object of this size. */
  void send(SimulatedClient client, int bytes) {
    SimulatedClient.Request request = client.get(bytes);
    long at = timeline.read() + (long) (setting.deadlineSeconds() * 1e9);
    deadlines.add(new Due(at, request));
  }

  /** At the beginning of each column. */
  private void everyTenth() {
    timeline.after(
        Observations.COLUMN,
        () -> {
          everyTenth();
          observations.outstanding(nodes);
          while (!deadlines.isEmpty() && deadlines.element().at() <= timeline.read()) {
            deadlines.remove().request().deadline();
          }
        });
  }

  /** All clients hear of this many members, each at some time within the next seconds. */
  void grow(int members, double withinSeconds) {
    NodeSet all = members(members);
    for (SimulatedClient client : clients) {
      long delay = (long) (random.nextUnit() * withinSeconds * 1e9);
      timeline.after(delay, () -> client.balancer().update(all));
    }
  }

  /** Lets time pass until so many seconds from the start. */
  void runUntil(double seconds) {
    timeline.runUntil((long) (seconds * 1e9));
  }

  Setting setting() {
    return setting;
  }

  Timeline timeline() {
    return timeline;
  }

  Observations observations() {
    return observations;
  }

  List<SimulatedClient> clients() {
    return clients;
  }

  SimulatedNode node(int index) {
    return nodes.get(index);
  }

  SimulatedNode node(String id) {
    SimulatedNode node = byId.get(id);
    if (node == null) {
      throw new IllegalArgumentException("node: " + id + " (expected: one of the simulation)");
    }
    return node;
  }

  int indexOf(SimulatedNode node) {
    return indexes.getOrDefault(node.id(), -1);
  }

  @Override
  public void close() {
    clients.forEach(client -> client.balancer().close());
  }
}
