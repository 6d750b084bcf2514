package io.nodewise.lb.awssdk;

import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.Request;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One call of many, and what happened to it. What it is, and which of its requests meet which
 * fault, follows from the seed alone; not so which nodes were out meanwhile. Thread-safe.
 */
final class FaultedCall {
  private static final MatrixCall[] CALLS = MatrixCall.values();
  private static final int[] SIZES = {0, 1, 100, 1_000, 5_000, 10_000, 40_000, 150_000};

  /** Most are left alone or meet a fault once; some hardly find a node that is well. */
  private static final double CHANCE = 0.08;

  private static final double UNLUCKY = 0.03;
  private static final double CHANCE_OF_THE_UNLUCKY = 0.8;

  /** For so long an idle connection is used again unchecked, also where the node has closed it. */
  static final Duration UNCHECKED = Duration.ofMillis(2500);

  /** What comes of a connection that the node has closed before. */
  private static final Pattern STALE =
      Pattern.compile(
          "node (\\S+): (?:Broken pipe|Connection reset|The target server failed to respond)");

  static final int PER_BUCKET = 200;

  final int number;
  final MatrixCall what;
  final int size;
  private final long seed;
  private final double chance;
  private final AtomicInteger requests = new AtomicInteger();
  private final Queue<Met> met = new ConcurrentLinkedQueue<>();
  private final long began = System.nanoTime();

  /** A fault and where it was. */
  record Met(String node, Fault.Kind kind) {}

  FaultedCall(long seed, int number) {
    this.number = number;
    this.seed = seed * 1_000_003 + number * 1009L;
    Random random = new Random(this.seed);
    what = CALLS[random.nextInt(CALLS.length)];
    size = SIZES[random.nextInt(SIZES.length)];
    chance = random.nextDouble() < UNLUCKY ? CHANCE_OF_THE_UNLUCKY : CHANCE;
  }

  String key() {
    return "c%06d".formatted(number);
  }

  /** What happens to its next request; null for nothing. */
  Fault next(FaultProxy node, Request request) {
    Random random = new Random(seed + requests.incrementAndGet());
    random.nextInt(); // the first numbers of near seeds are near
    if (random.nextDouble() >= chance) {
      return null;
    }
    Fault fault = any(random, request);
    if (fault.kind() != Fault.Kind.SLOW_REPLY && fault.kind() != Fault.Kind.DELAY_REPLY) {
      met.add(new Met(node.id(), fault.kind()));
    }
    return fault;
  }

  private Fault any(Random random, Request request) {
    int some = random.nextInt(Math.max(1, size)); // of the content
    int few = random.nextInt(200); // of a head or a document
    boolean get = request.method().equals("GET");
    // A 204 is success however its head ends, and nobody can tell of an answer to HEAD.
    boolean hasBody = !request.method().equals("DELETE") && !request.method().equals("HEAD");
    return switch (random.nextInt(40)) {
      case 0 -> Fault.stallRequest(500 + some);
      case 1 -> Fault.stallReply(0);
      case 2 -> Fault.stallBody(get ? some : few);
      case 3, 4 -> Fault.delayReply(few);
      case 5, 6 -> Fault.slowReply(2_000_000);
      case 7, 8, 9, 10 -> Fault.resetRequest(few);
      case 11, 12, 13, 14 -> Fault.resetRequest(500 + some);
      case 15, 16, 17, 18 -> Fault.loseReply();
      case 19, 20 -> Fault.cutReply(0);
      case 21, 22 -> Fault.resetReply(few);
      case 23, 24 -> Fault.cutReply(hasBody ? few : 0);
      case 25, 26, 27 -> Fault.resetBody(get ? some : few);
      case 28, 29, 30 -> Fault.cutBody(get ? some : few);
      case 31, 32 -> size == 0 ? Fault.cutReply(0) : Fault.malformedBody(get ? some : few);
      case 33 -> Fault.answerInstead(503, Fault.error("SlowDown"));
      case 34, 35 -> Fault.answerInstead(500, Fault.error("InternalError"));
      case 36, 37 -> Fault.answerAfterwards(500, Fault.error("InternalError"));
      case 38 -> Fault.answerInstead(503, "<html>Service Unavailable</html>");
      default -> Fault.answerAfterwards(504, "");
    };
  }

  /**
   * One of {@code bucket-0}, {@code bucket-1} and so on: the servers go through all of a bucket.
   */
  String bucket(String bucket) {
    return bucket + "-" + number / PER_BUCKET;
  }

  int requests() {
    return requests.get();
  }

  List<Met> met() {
    return List.copyOf(met);
  }

  /** The nodes that were out at some time since it began. */
  List<String> out(List<Outage> outages) {
    return outages.stream()
        .filter(outage -> !outage.endedBefore(began))
        .map(Outage::node)
        .distinct()
        .toList();
  }

  /** A node was dead or hung, or the balancer had it out. */
  record Outage(String node, AtomicLongEnd end) {
    boolean endedBefore(long nanos) {
      return end.value - nanos < 0;
    }
  }

  /** When it was over; far away until then. */
  static final class AtomicLongEnd {
    volatile long value = Long.MAX_VALUE;
  }

  /** Whether its failure is one that it may have: see {@link RandomFaultsIT}. */
  boolean explains(Throwable failure, List<Outage> outages, S3Nodes nodes) {
    String text = FaultMatrixIT.text(failure);
    List<String> out = out(outages);
    List<String> stale = stale(text, nodes);
    if (what == MatrixCall.PUT_ONE_SHOT) {
      return !stale.isEmpty()
          || Stream.concat(met.stream().map(Met::node), out.stream()).anyMatch(text::contains);
    }
    // One that met fewer faults than there are nodes has not had its attempts.
    return met.size() + out.size() + stale.size() >= nodes.all().size()
        && Stream.of(met.stream().map(Met::node), out.stream(), stale.stream())
                .flatMap(all -> all)
                .distinct()
                .count()
            == nodes.all().size();
  }

  /** Nodes that the failure names for a connection that they had closed before it was used. */
  private List<String> stale(String text, S3Nodes nodes) {
    return nodes.all().stream()
        .filter(node -> node.hasClosedSince(began - UNCHECKED.toNanos()))
        .map(FaultProxy::id)
        .filter(id -> STALE.matcher(text).results().anyMatch(one -> one.group(1).equals(id)))
        .toList();
  }

  @Override
  public String toString() {
    return what + " " + key() + " of " + size + " bytes, " + requests + " requests, met " + met;
  }
}
