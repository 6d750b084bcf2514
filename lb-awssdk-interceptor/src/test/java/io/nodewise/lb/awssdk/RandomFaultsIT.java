package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.FaultedCall.AtomicLongEnd;
import io.nodewise.lb.awssdk.FaultedCall.Outage;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.Request;
import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Transition;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.BalancingPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;

/*
 * A failure is explained if it can't be otherwise: the body was a one-shot stream, some of which had
 * been sent to a node that failed, or on a connection that the node had just closed, and the exception
 * names that node; or every node had its turn and failed, by a fault or on a connection that it had
 * just closed, or was out. There is no retry budget, whose end would explain too much; see OverloadIT.
 */
/**
 * Calls of every kind, a tenth of whose requests meet a fault of any kind, at any place, while
 * nodes die and hang: no byte differs, nothing is left behind, and every failure is explained.
 * {@code -Dseed=…} repeats a run but for the nodes that die, {@code -Dcalls=…} sets how many.
 */
class RandomFaultsIT extends OnS3Nodes {
  private static final int CALLS = Integer.getInteger("calls", 2_500);
  private static final int THREADS = 16;

  /** Two each, as a question about a lost reply is asked while its answer is held. */
  private static final int CONNECTIONS = 2 * THREADS;

  private static final Duration CLOCK = Duration.ofMillis(1500);
  private static final Throwable NOTHING = new IOException("did not fail");
  private static final Pattern KEY = Pattern.compile("\\bc(\\d+)\\b");

  @TempDir private Path directory;

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Map<Integer, FaultedCall> underWay = new ConcurrentHashMap<>();
  private final Map<String, Outage> ejected = new ConcurrentHashMap<>();
  private final List<Outage> outages = new CopyOnWriteArrayList<>();
  private final Queue<String> unexplained = new ConcurrentLinkedQueue<>();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicInteger excusable = new AtomicInteger(); // that succeeded all the same
  private final AtomicInteger met = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicLong slowest = new AtomicLong(); // ms

  @Test
  void no_byte_differs_nothing_is_left_and_every_failure_is_explained() throws Exception {
    System.out.println("seed " + seed);
    Set<String> threads = threadsOfClients();
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .policy(BalancingPolicy.random())
                .retryBudget(RetryBudget.unlimited())
                .listener(
                    new LoadBalancerListener() {
                      @Override
                      public void onTransition(Transition transition) {
                        noted(transition);
                      }
                    })
                .healthCheck(quickProbes().toBuilder().rise(1).build())
                .timeouts(
                    Timeouts.builder()
                        .suspicion(CLOCK.dividedBy(2))
                        .sendStall(CLOCK)
                        .firstByte(CLOCK)
                        .bodyIdle(CLOCK)
                        .build()));
    S3Client s3 =
        track(
            builder(cluster)
                .httpClientBuilder(HttpClients.apache().maxConnections(CONNECTIONS))
                .overrideConfiguration(
                    o ->
                        o.retryStrategy(
                            b -> b.throttlingBackoffStrategy(n -> CLOCK.dividedBy(100)))));
    for (int i = 0; i <= CALLS / FaultedCall.PER_BUCKET; i++) {
      String one = bucket + "-" + i;
      MatrixCell.DIRECT.createBucket(create -> create.bucket(one));
    }
    nodes.all().forEach(node -> node.faults(request -> fault(node, request)));
    AtomicBoolean over = new AtomicBoolean();
    Thread chaos = new Thread(() -> breakNodes(new Random(seed), over), "chaos");
    chaos.start();
    try {
      inParallel(THREADS, CALLS, i -> call(s3, new FaultedCall(seed, i)));
    } finally {
      over.set(true);
      chaos.join();
      deleteAll();
    }

    System.out.printf(
        "%d calls, %d faults, %d requests, %d failed, %d more might have, slowest %d ms; %s%n",
        CALLS,
        met.get(),
        requests.get(),
        failed.get(),
        excusable.get(),
        slowest.get(),
        cluster.snapshot());
    assertThat(unexplained).as("seed %s", seed).isEmpty();
    assertIdle(cluster);
    assertThat(met.get()).isGreaterThan(CALLS / 20);
    assertThat(failed.get()).isLessThan(met.get() / 10);
    assertThat(excusable.get()).as("what explains anything explains nothing").isLessThan(CALLS / 4);
    assertThat(requests.get())
        .as("one more for a fault, and few questions")
        .isLessThan(CALLS + 3 * met.get() / 2);
    assertThat(slowest.get()).as("ms; each silent node costs a clock").isLessThan(30_000);
    s3.close();
    cluster.close();
    nodes.all().forEach(node -> node.endStalled(request -> true));
    await()
        .untilAsserted(
            () ->
                assertThat(nodes.all())
                    .as("connections")
                    .allSatisfy(node -> assertThat(node.connections()).isZero()));
    await().untilAsserted(() -> assertThat(threadsOfClients()).as("threads").isSubsetOf(threads));
  }

  /** Without those of the servers, of the tests and the one that the SDK has for good. */
  private static Set<String> threadsOfClients() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(
            name ->
                !name.matches("(S3Proxy|Scheduler|link|proxy|awaitility|response-input-stream)-.*"))
        .collect(Collectors.toSet());
  }

  /** The store is in memory, and other tests come after this one. */
  private void deleteAll() {
    for (int i = 0; i <= CALLS / FaultedCall.PER_BUCKET; i++) {
      String one = bucket + "-" + i;
      MatrixCell.DIRECT
          .listMultipartUploads(list -> list.bucket(one))
          .uploads()
          .forEach(
              upload ->
                  MatrixCell.DIRECT.abortMultipartUpload(
                      abort -> abort.bucket(one).key(upload.key()).uploadId(upload.uploadId())));
      List<ObjectIdentifier> objects =
          MatrixCell.DIRECT.listObjectsV2(list -> list.bucket(one)).contents().stream()
              .map(object -> ObjectIdentifier.builder().key(object.key()).build())
              .toList();
      if (!objects.isEmpty()) {
        MatrixCell.DIRECT.deleteObjects(
            delete -> delete.bucket(one).delete(all -> all.objects(objects)));
      }
    }
  }

  /** While the balancer has a node out, or on trial, it is out for the calls, too. */
  private void noted(Transition transition) {
    String node = transition.node().id();
    Outage ended = ejected.remove(node);
    if (ended != null) {
      ended.end().value = System.nanoTime();
    }
    if (transition.to() != NodeState.UP) {
      Outage begun = new Outage(node, new AtomicLongEnd());
      ejected.put(node, begun);
      outages.add(begun);
    }
  }

  private Fault fault(FaultProxy node, Request request) {
    Matcher key = KEY.matcher(request.target());
    FaultedCall call = key.find() ? underWay.get(Integer.valueOf(key.group(1))) : null;
    return call == null ? null : call.next(node, request);
  }

  private void call(S3Client s3, FaultedCall call) {
    MatrixCell cell = new MatrixCell(call.bucket(bucket), directory, call.size);
    try {
      call.what.prepare(cell, MatrixCell.DIRECT, call.key());
      underWay.put(call.number, call);
      long began = System.nanoTime();
      Throwable failure = failure(s3, call, cell);
      slowest.accumulateAndGet((System.nanoTime() - began) / 1_000_000, Math::max);
      underWay.remove(call.number);
      met.addAndGet(call.met().size());
      requests.addAndGet(call.requests());
      if (failure == null) {
        if (call.explains(NOTHING, outages, nodes)) {
          excusable.incrementAndGet();
        }
        verify(call, cell);
      } else {
        failed.incrementAndGet();
        if (failure instanceof AssertionError || !call.explains(failure, outages, nodes)) {
          unexplained.add(call + ", out " + call.out(outages) + ": " + FaultMatrixIT.text(failure));
        }
      }
    } catch (Throwable e) {
      unexplained.add(call + ": " + FaultMatrixIT.text(e));
    }
  }

  private void verify(FaultedCall call, MatrixCell cell) {
    if (call.what == MatrixCall.CREATE_UPLOAD && call.met().size() > nodes.all().size()) {
      // What the lost replies left could not be asked for, either.
      assertThat(cell.uploads(call.key()))
          .extracting(MultipartUpload::uploadId)
          .contains(cell.upload(call.key()));
      return;
    }
    if (call.what.kind() != MatrixCall.Kind.DOWNLOAD) {
      call.what.verify(cell, MatrixCell.DIRECT, call.key());
    }
  }

  private static Throwable failure(S3Client s3, FaultedCall call, MatrixCell cell) {
    try {
      call.what.call(cell, s3, call.key());
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  /** Now and then a node dies or hangs for a while, one at a time. */
  private void breakNodes(Random random, AtomicBoolean over) {
    try {
      while (!over.get()) {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(1500));
        FaultProxy node = nodes.get(random.nextInt(4));
        AtomicLongEnd end = new AtomicLongEnd();
        outages.add(new Outage(node.id(), end));
        if (random.nextBoolean()) {
          node.kill();
        } else {
          node.hang();
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(600));
        node.pass();
        end.value = System.nanoTime() + FaultedCall.UNCHECKED.toNanos();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
