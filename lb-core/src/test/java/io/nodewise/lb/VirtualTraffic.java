package io.nodewise.lb;

import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Requests that come at a steady rate to a {@link VirtualCluster}, to nodes that behave as they are
 * told. A request that fails on a node goes on at the next one at once, as long as there is one.
 */
final class VirtualTraffic {

  /**
   * What a node does with a request.
   *
   * @param after how long it takes to end
   * @param outcome how it ends; null for a node that says nothing, for ever
   * @param answered whether the end is an answer
   */
  record Behaviour(Duration after, @Nullable Outcome outcome, boolean answered) {}

  /** A request that was begun on a node, and when. */
  record Start(String id, Duration at) {}

  /** One request. */
  static final class Request {
    final Duration began;
    final Set<String> failedOn = new LinkedHashSet<>();
    Duration took = Duration.ZERO; // zero until it has ended
    boolean succeeded;

    private Request(Duration began) {
      this.began = began;
    }
  }

  private static final Behaviour USUAL = answers(10);

  private final VirtualCluster cluster;
  private final Randomness random;
  private final RequestHint hint;
  private final Map<String, Behaviour> behaviours = new HashMap<>();
  private final Map<String, Set<Try>> running = new HashMap<>();
  private final List<Start> starts = new ArrayList<>();
  private final List<Request> requests = new ArrayList<>();
  private Duration between = Duration.ZERO; // between two requests on average; zero: none come
  private Tasks.@Nullable Scheduled next;
  private int withoutNode;

  VirtualTraffic(VirtualCluster cluster, long seed) {
    this(cluster, seed, RequestHint.read());
  }

  VirtualTraffic(VirtualCluster cluster, long seed, RequestHint hint) {
    this.cluster = cluster;
    this.random = TestRuntime.seeded(seed);
    this.hint = hint;
  }

  /** Answers well after so many milliseconds. */
  static Behaviour answers(long millis) {
    return answers(millis, Outcome.success());
  }

  /** Answers so after so many milliseconds. */
  static Behaviour answers(long millis, Outcome outcome) {
    return new Behaviour(Duration.ofMillis(millis), outcome, true);
  }

  /** Takes no connection: known after so many milliseconds. */
  static Behaviour unreachable(long millis, String reason) {
    return new Behaviour(Duration.ofMillis(millis), Outcome.unreachable(reason), false);
  }

  /** Takes requests and never answers. */
  static Behaviour silent() {
    return new Behaviour(Duration.ZERO, null, false);
  }

  /** From now on so many requests come per second; 0 for none. */
  void rate(int perSecond) {
    if (next != null) {
      next.cancel();
      next = null;
    }
    between = perSecond == 0 ? Duration.ZERO : Duration.ofSeconds(1).dividedBy(perSecond);
    scheduleNext();
  }

  /** How requests go on the node that begin from now on; those that run go on as they would. */
  void behave(String id, Behaviour behaviour) {
    behaviours.put(id, behaviour);
  }

  /** What runs on the node ends so now. */
  void cut(String id, Outcome outcome) {
    List.copyOf(running.getOrDefault(id, Set.of())).forEach(one -> one.end(outcome, false));
  }

  /** What runs on the node goes on in this way. */
  void goOn(String id, Behaviour behaviour) {
    List.copyOf(running.getOrDefault(id, Set.of())).forEach(one -> one.schedule(behaviour));
  }

  private void scheduleNext() {
    if (!between.isZero()) {
      Duration gap = Duration.ofNanos((long) (2 * random.nextUnit() * between.toNanos()));
      next =
          cluster
              .tasks()
              .schedule(
                  gap,
                  () -> {
                    scheduleNext();
                    send();
                  });
    }
  }

  /** One request now. */
  Request send() {
    Request request = new Request(cluster.tasks().elapsed());
    requests.add(request);
    tryNext(request, cluster.balancer().route(hint));
    return request;
  }

  private void tryNext(Request request, Route route) {
    try {
      Attempt attempt = route.next(!hint.isRead());
      attempt.sent();
      new Try(request, route, attempt).begin();
    } catch (NoNodeAvailableException e) {
      withoutNode++;
      request.took = cluster.tasks().elapsed().minus(request.began);
    }
  }

  private final class Try {
    private final Request request;
    private final Route route;
    private final Attempt attempt;
    private final String id;
    private Tasks.@Nullable Scheduled end;
    private boolean ended;

    Try(Request request, Route route, Attempt attempt) {
      this.request = request;
      this.route = route;
      this.attempt = attempt;
      this.id = attempt.node().id();
    }

    void begin() {
      starts.add(new Start(id, cluster.tasks().elapsed()));
      running.computeIfAbsent(id, any -> new LinkedHashSet<>()).add(this);
      attempt.abortBy(() -> end(Outcome.fault("socket closed"), false));
      schedule(behaviours.getOrDefault(id, USUAL));
    }

    void schedule(Behaviour behaviour) {
      if (end != null) {
        end.cancel();
        end = null;
      }
      Outcome outcome = behaviour.outcome();
      if (outcome != null) {
        end = cluster.tasks().schedule(behaviour.after(), () -> end(outcome, behaviour.answered()));
      }
    }

    void end(Outcome outcome, boolean answered) {
      if (ended) {
        return;
      }
      ended = true;
      running.get(id).remove(this);
      if (end != null) {
        end.cancel();
      }
      if (answered) {
        attempt.firstByte();
      }
      attempt.end(outcome);
      if (outcome.kind() == Outcome.Kind.SUCCESS) {
        request.succeeded = true;
        request.took = cluster.tasks().elapsed().minus(request.began);
        return;
      }
      request.failedOn.add(id);
      cluster.tasks().schedule(Duration.ZERO, () -> tryNext(request, route));
    }
  }

  /** Every attempt that was begun so far, in order. */
  List<Start> starts() {
    return starts;
  }

  /** When attempts on this node began. */
  List<Duration> starts(String id) {
    return starts.stream().filter(start -> start.id().equals(id)).map(Start::at).toList();
  }

  /** How many attempts on the node began since then. */
  int startsSince(String id, Duration since) {
    int count = 0;
    for (int i = starts.size() - 1; i >= 0 && starts.get(i).at().compareTo(since) >= 0; i--) {
      if (starts.get(i).id().equals(id)) {
        count++;
      }
    }
    return count;
  }

  /** All requests so far. */
  List<Request> requests() {
    return requests;
  }

  /** Requests that failed an attempt on the node. */
  long failedOn(String id) {
    return requests.stream().filter(request -> request.failedOn.contains(id)).count();
  }

  /** Requests that found no node to begin on, or to go on at. */
  int withoutNode() {
    return withoutNode;
  }

  /** Requests that run on the node. */
  int runningOn(String id) {
    return running.getOrDefault(id, Set.of()).size();
  }
}
