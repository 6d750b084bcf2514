package io.nodewise.lb.endtoend;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.discovery.DnsSource;
import io.nodewise.lb.discovery.TestNameServer;
import io.nodewise.lb.health.HealthCheck;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A cluster that grows from 3 nodes to 30, shrinks to 3 and is replaced node by node, all by what a
 * name server says, under a steady load. Everything of the load balancer is at its default. Used
 * once, by one thread.
 *
 * @param callsPerSecond whether those before are over or not
 * @param steady seconds between two events
 * @param grown seconds with all nodes
 */
record DiscoveryRun(int callsPerSecond, int steady, int grown) {
  static final int FEW = 3;
  static final int MANY = 30;

  /** The slow start is 30 s, so it is seen to its end. */
  static final DiscoveryRun FULL = new DiscoveryRun(300, 10, 50);

  static final DiscoveryRun QUICK = new DiscoveryRun(150, 6, 12);

  static final int BINS_PER_SECOND = 2;

  /** Calls before anything is measured. */
  private static final int WARM_UP = 500;

  private static final List<Operation> MIX =
      List.of(Operation.SMALL_GET, Operation.SMALL_GET, Operation.SMALL_PUT, Operation.SMALL_GET);

  private static final String NAME = "s3.cluster.test";
  private static final long TTL = 1;
  private static final Duration END = Duration.ofSeconds(5);

  /** What happened when, in seconds since the start. */
  record Event(double at, String what) {}

  /**
   * What came of it.
   *
   * @param requests by node and bin
   * @param records the calls
   * @param began when the first bin began, on the clock of {@link System#nanoTime()}
   * @param events in order
   */
  record Course(List<long[]> requests, List<CallRecord> records, long began, List<Event> events) {}

  Course run(Consumer<String> progress) throws IOException, InterruptedException {
    progress.accept("starting " + (MANY + FEW) + " nodes");
    try (Fleet fleet = Fleet.start(MANY + FEW);
        TestNameServer server = new TestNameServer()) {
      List<Fleet.Member> all = fleet.members();
      try (Arm first =
          Arm.plain("warm-up", URI.create("http://" + all.get(0).address() + ":" + fleet.port()))) {
        Operation.prepare(first.s3());
      }
      announce(server, all.subList(0, FEW));
      LoadBalancer cluster =
          LoadBalancer.builder()
              .nodeSource(
                  DnsSource.builder("http://" + NAME + ":" + fleet.port())
                      .server(server.address())
                      .network("127.0.0.0/8")
                      .build())
              .healthCheck(HealthCheck.http(StorageNodeMain.HEALTH_PATH))
              .build();
      try (Arm arm = Arm.over("dns", cluster)) {
        for (int i = 0; i < WARM_UP; i++) {
          MIX.get(i % MIX.size()).run(arm.s3(), i); // one after another: all classes are cold
        }
        OpenLoad load = new OpenLoad(arm, 0, callsPerSecond, MIX);
        load.start();
        TimeUnit.SECONDS.sleep(steady); // the first nodes have their shares
        Timeline timeline = new Timeline(all);
        story(timeline, server, all, progress);
        load.stop();
        load.awaitEnd(END);
        progress.accept("failed: " + load.failures());
        progress.accept("at the end:\n" + cluster.snapshot().toTable());
        return new Course(timeline.requests(), load.records(), timeline.began, timeline.events);
      }
    }
  }

  private void story(
      Timeline timeline, TestNameServer server, List<Fleet.Member> all, Consumer<String> progress)
      throws InterruptedException, IOException {
    timeline.watch(steady);
    progress.accept("3 -> 30");
    announce(server, all.subList(0, MANY));
    timeline.event("3 → 30");
    timeline.watch(grown);
    progress.accept("30 -> 3");
    announce(server, all.subList(0, FEW));
    timeline.event("30 → 3");
    timeline.watch(2L * steady);
    List<Fleet.Member> members = new ArrayList<>(all.subList(0, FEW));
    for (int i = 0; i < FEW; i++) {
      Fleet.Member leaving = members.remove(0);
      members.add(all.get(MANY + i));
      progress.accept("replacing node " + (i + 1));
      announce(server, members);
      timeline.event("replace " + (i + 1));
      timeline.watch(steady / 2);
      leaving.stop();
      timeline.watch(steady - steady / 2);
    }
    timeline.watch(steady);
  }

  private static void announce(TestNameServer server, List<Fleet.Member> members) {
    server.addresses(NAME, TTL, members.stream().map(Fleet.Member::address).toArray(String[]::new));
  }

  /** What each node is asked, bin by bin. */
  private static final class Timeline {
    private final List<Fleet.Member> members;
    private final List<long[]> totals = new ArrayList<>(); // by bin, at its end
    private final List<Event> events = new ArrayList<>();
    private final long began = System.nanoTime();

    Timeline(List<Fleet.Member> members) {
      this.members = members;
      totals.add(count());
    }

    private long[] count() {
      return members.stream().mapToLong(Fleet.Member::requests).toArray();
    }

    void event(String what) {
      events.add(new Event((System.nanoTime() - began) / 1e9, what));
    }

    void watch(long seconds) throws InterruptedException {
      long bin = TimeUnit.SECONDS.toNanos(1) / BINS_PER_SECOND;
      for (long i = 0; i < seconds * BINS_PER_SECOND; i++) {
        long due = began + totals.size() * bin;
        TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
        totals.add(count());
      }
    }

    List<long[]> requests() {
      List<long[]> byNode = new ArrayList<>();
      for (int node = 0; node < members.size(); node++) {
        long[] bins = new long[totals.size() - 1];
        for (int bin = 0; bin < bins.length; bin++) {
          bins[bin] = totals.get(bin + 1)[node] - totals.get(bin)[node];
        }
        byNode.add(bins);
      }
      return byNode;
    }
  }

  /** The sum over bins of some nodes: {@code from} to {@code to} in seconds. */
  static long[] sums(List<long[]> requests, double from, double to) {
    return requests.stream()
        .mapToLong(
            bins ->
                Arrays.stream(
                        bins,
                        Math.min(bins.length, (int) Math.ceil(from * BINS_PER_SECOND)),
                        Math.min(bins.length, (int) Math.floor(to * BINS_PER_SECOND)))
                    .sum())
        .toArray();
  }
}
