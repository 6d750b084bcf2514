package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.Request;
import io.nodewise.lb.discovery.Discovery;
import io.nodewise.lb.discovery.DnsSource;
import io.nodewise.lb.discovery.FileSource;
import io.nodewise.lb.discovery.TestNameServer;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.routing.BalancingPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A cluster that lives: 3 nodes become 30 and 3 again, then each of them is replaced by another,
 * while clients write and read. Nodes are addresses of the loopback network with one port, as those
 * of a DNS name are.
 */
class LivingClusterIT extends OnAsyncNodes {
  private static final int FEW = 3;
  private static final int MANY = 30;
  private static final int CLIENTS = 6;
  private static final Duration AT_MOST = Duration.ofSeconds(30);
  private static final Duration RAMP = Duration.ofSeconds(4);
  private static final byte[] CONTENT = bytes(4096);

  /** What a client does to an object. */
  private interface Store {
    void put(String key);

    byte[] get(String key);
  }

  private final List<FaultProxy> fleet = new ArrayList<>(); // 30, then 3 that replace the first 3
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicLong calls = new AtomicLong();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final List<Thread> clients = new ArrayList<>();
  private int port;

  /** At a port that is free at every address, and not one of those of outgoing connections. */
  @BeforeEach
  void startTheFleet() throws IOException {
    for (int tries = 0; fleet.size() < MANY + FEW; tries++) {
      port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
      try {
        for (int i = 1; i <= MANY + FEW; i++) {
          InetAddress address = InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) i});
          URI server = URI.create(nodes.get(i % 4).targetUrl());
          fleet.add(
              FaultProxy.before(
                  new InetSocketAddress(server.getHost(), server.getPort()),
                  new InetSocketAddress(address, port)));
        }
      } catch (IOException taken) {
        fleet.forEach(FaultProxy::close);
        fleet.clear();
        if (tries == 20) {
          throw taken;
        }
      }
    }
  }

  @AfterEach
  void stopTheFleet() throws InterruptedException {
    stopped.set(true);
    for (Thread client : clients) {
      client.join(AT_MOST.toMillis());
    }
    fleet.forEach(FaultProxy::close);
  }

  private LoadBalancerBuilder builder(BalancingPolicy policy) {
    return LoadBalancer.builder()
        .policy(policy)
        .healthCheck(quickProbes())
        .slowStart(SlowStart.over(RAMP))
        .discovery(
            Discovery.builder()
                .confirmAfter(Duration.ofMillis(150))
                .retryAfter(Duration.ofMillis(50))
                .build());
  }

  /** In turn, so that who gets how many follows from the weights alone. */
  @Test
  void byDns() throws Exception {
    String name = "s3.cluster.test";
    try (TestNameServer server = new TestNameServer()) {
      Consumer<List<FaultProxy>> announce =
          set ->
              server.addresses(
                  name, 0, set.stream().map(one -> one.id().split(":")[0]).toArray(String[]::new));
      announce.accept(fleet.subList(0, FEW));
      LoadBalancer cluster =
          track(
              builder(BalancingPolicy.roundRobin())
                  .nodeSource(
                      DnsSource.builder("http://" + name + ":" + port)
                          .server(server.address())
                          .network("127.0.0.0/8")
                          .leastTtl(Duration.ofMillis(200))
                          .build()));
      assertThat(cluster.logicalEndpoint()).isEqualTo(URI.create("http://" + name + ":" + port));
      S3Client s3 = client(cluster);
      live(
          cluster,
          announce,
          this::thirtyTakeTurns,
          new Store() {
            @Override
            public void put(String key) {
              LivingClusterIT.this.put(s3, key, CONTENT);
            }

            @Override
            public byte[] get(String key) {
              return LivingClusterIT.this.get(s3, key);
            }
          });
    }
  }

  /** By the default policy, to which a node that is slow on a busy machine is slow. */
  @Test
  void byFileAndAsynchronously(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("nodes.txt");
    Consumer<List<FaultProxy>> announce = set -> write(file, set);
    announce.accept(fleet.subList(0, FEW));
    LoadBalancer cluster =
        track(
            builder(BalancingPolicy.leastLoaded())
                .nodeSource(FileSource.builder(file).interval(Duration.ofMillis(100)).build()));
    S3AsyncClient s3 = track(builder(cluster, Http.NETTY));
    live(
        cluster,
        announce,
        this::thirtyAreAllAsked,
        new Store() {
          @Override
          public void put(String key) {
            s3.putObject(put -> put.bucket(bucket).key(key), AsyncRequestBody.fromBytes(CONTENT))
                .join();
          }

          @Override
          public byte[] get(String key) {
            return s3.getObject(
                    get -> get.bucket(bucket).key(key), AsyncResponseTransformer.toBytes())
                .join()
                .asByteArray();
          }
        });
    // Netty closes what was idle for four seconds by itself.
    await("connections of nodes that are gone")
        .atMost(AT_MOST)
        .until(() -> fleet.subList(0, MANY).stream().mapToInt(FaultProxy::connections).sum() == 0);
  }

  private static void write(Path file, List<FaultProxy> set) {
    try {
      Path next = Files.createTempFile(file.getParent(), "nodes", ".new");
      Files.write(next, set.stream().map(FaultProxy::url).toList());
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The story that both tell. */
  private void live(
      LoadBalancer cluster,
      Consumer<List<FaultProxy>> announce,
      Consumer<LoadBalancer> thirty,
      Store store)
      throws Exception {
    List<FaultProxy> few = fleet.subList(0, FEW);
    List<FaultProxy> many = fleet.subList(0, MANY);
    assertThat(cluster.awaitReady(AT_MOST, FEW)).isTrue();
    IntStream.range(0, CLIENTS).forEach(client -> start(client, store));
    awaitCalls(100);

    announce.accept(many);
    awaitMembers(cluster, many);
    thirty.accept(cluster);

    long[] survivors = attempts(cluster, few);
    announce.accept(few);
    awaitMembers(cluster, few);
    for (int i = 0; i < FEW; i++) {
      assertThat(attempts(cluster, few)[i]).isGreaterThanOrEqualTo(survivors[i]);
    }
    removedOnesAreLeftAlone(many.subList(FEW, MANY));

    List<FaultProxy> members = new ArrayList<>(few);
    for (int i = 0; i < FEW; i++) {
      FaultProxy leaving = members.remove(0);
      members.add(fleet.get(MANY + i));
      announce.accept(List.copyOf(members));
      awaitMembers(cluster, members);
      assertThat(cluster.awaitReady(AT_MOST, FEW)).isTrue();
      leaving.kill(); // with whatever it is still at
      awaitCalls(30);
    }

    stopped.set(true);
    for (Thread client : clients) {
      client.join(AT_MOST.toMillis());
    }
    assertThat(failures).as("failed of %s calls", calls).isEmpty();
    assertIdle(cluster);
  }

  private void start(int client, Store store) {
    Thread thread =
        new Thread(
            () -> {
              for (int i = 0; !stopped.get(); i++) {
                String key = client + "-" + i % 50;
                try {
                  store.put(key);
                  assertThat(Arrays.equals(store.get(key), CONTENT)).isTrue();
                } catch (Throwable failed) {
                  failures.add(failed);
                }
                calls.addAndGet(2);
              }
            },
            "client-" + client);
    clients.add(thread);
    thread.start();
  }

  private void awaitCalls(long more) {
    long until = calls.get() + more;
    await("calls").atMost(AT_MOST).until(() -> calls.get() >= until);
  }

  private static void awaitMembers(LoadBalancer cluster, List<FaultProxy> expected) {
    List<String> ids = expected.stream().map(FaultProxy::id).sorted().toList();
    await("members")
        .atMost(AT_MOST)
        .until(() -> cluster.nodes().nodes().stream().map(Node::id).sorted().toList().equals(ids));
  }

  /** The new ones get less while they start, and then as many as the others: forty each. */
  private void thirtyTakeTurns(LoadBalancer cluster) {
    List<FaultProxy> old = fleet.subList(0, FEW);
    List<FaultProxy> added = fleet.subList(FEW, MANY);
    int oldBefore = requests(old);
    int addedBefore = requests(added);
    long end = System.nanoTime() + RAMP.toNanos() / 2;
    await("half of the ramp").atMost(AT_MOST).until(() -> System.nanoTime() - end > 0);
    double perOld = (double) (requests(old) - oldBefore) / FEW;
    double perAdded = (double) (requests(added) - addedBefore) / (MANY - FEW);
    assertThat(perAdded).as("a new one's; an old one's: %s", perOld).isLessThan(perOld);

    int[] counts = countsAfterTheRamp(cluster);
    for (int count : counts) {
      assertThat(count).as("of forty:\n%s", cluster.snapshot().toTable()).isBetween(25, 60);
    }
  }

  /** None is left out, none gets more than a quarter. */
  private void thirtyAreAllAsked(LoadBalancer cluster) {
    int most = IntStream.of(countsAfterTheRamp(cluster)).max().orElseThrow();
    assertThat(most).as("%s", cluster.snapshot().toTable()).isLessThan(MANY * 40 / 4);
    assertThat(cluster.snapshot().nodes()).allMatch(node -> node.attempts() > 0);
  }

  private int[] countsAfterTheRamp(LoadBalancer cluster) {
    await("all have their full weight")
        .atMost(AT_MOST)
        .until(() -> cluster.snapshot().nodes().stream().allMatch(node -> node.weight() == 1));
    List<FaultProxy> many = fleet.subList(0, MANY);
    int[] before = many.stream().mapToInt(LivingClusterIT::requests).toArray();
    awaitCalls(MANY * 40);
    return IntStream.range(0, MANY).map(i -> requests(many.get(i)) - before[i]).toArray();
  }

  private static int requests(FaultProxy node) {
    return (int) node.requests().stream().filter(Request::isS3).count();
  }

  private static int requests(List<FaultProxy> some) {
    return some.stream().mapToInt(LivingClusterIT::requests).sum();
  }

  private void removedOnesAreLeftAlone(List<FaultProxy> removed) {
    awaitCalls(2 * CLIENTS); // what ran there has ended
    int before = requests(removed);
    awaitCalls(100);
    assertThat(requests(removed)).isEqualTo(before);
  }

  private static long[] attempts(LoadBalancer cluster, List<FaultProxy> some) {
    List<NodeSnapshot> views = cluster.snapshot().nodes();
    return some.stream()
        .mapToLong(
            proxy ->
                views.stream()
                    .filter(view -> view.node().id().equals(proxy.id()))
                    .findFirst()
                    .orElseThrow()
                    .attempts())
        .toArray();
  }
}
