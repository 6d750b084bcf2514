package io.nodewise.lb.simulation;

import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.time.Randomness;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * A request waits for a slot, is worked on for a while (overhead, lognormal), and then its body is
 * sent at an equal share of the node's bandwidth. Equal shares are kept by one number that grows as
 * fast as every body under way does: a body has been sent when that number has grown by its size
 * since it began, so that only the one to end next is scheduled.
 *
 * A request whose client has left keeps its place in the queue and, when its turn comes, costs the
 * overhead all the same: servers notice when they write.
 */
/** A node: slots, a queue, a shared bandwidth, and faults. */
final class SimulatedNode {

  /** How it treats what comes. */
  enum Mood {
    /** Serves. */
    WELL,
    /** Takes requests and says nothing. */
    SILENT,
    /** Takes no connection. */
    GONE,
    /** Answers 503 SlowDown in a millisecond. */
    BUSY,
    /** Answers 500 in a millisecond. */
    FAILING
  }

  /** How a node answers that is no queue. */
  @FunctionalInterface
  interface Script {
    /**
     * What comes of a request.
     *
     * @param seconds since the start
     * @param inFlight requests that the node has, this one included
     * @param bytes what is asked for
     */
    Answer answer(double seconds, int inFlight, int bytes);
  }

  /** A status, and how long it takes until it is said. */
  record Answer(int status, double seconds) {}

  private static final long AT_ONCE = 1_000_000; // the millisecond

  private static final Outcome REFUSED = Outcome.unreachable("connection refused");
  private static final Outcome RESET = Outcome.fault("connection reset");
  private static final Outcome INTERNAL_ERROR = Outcome.fault("500");
  private static final Outcome SLOW_DOWN = Outcome.load("503 SlowDown");

  private final String id;
  private final Timeline timeline;
  private final Hardware hardware;
  private final Randomness random;
  private final Deque<Job> waiting = new ArrayDeque<>();
  private final PriorityQueue<Job> sending =
      new PriorityQueue<>(Comparator.comparingDouble((Job job) -> job.sentAt));
  private final Set<Job> inside = new LinkedHashSet<>(); // waiting, worked on or being sent
  private @Nullable Script script;
  private Mood mood = Mood.WELL;
  private double slowness = 1;
  private int era; // what was begun in an earlier one is not gone on with
  private int busy; // slots
  private double sent; // by every body under way since for ever
  private long sentUntil;
  private Timeline.Event nextSent;

  SimulatedNode(String id, Timeline timeline, Hardware hardware, Randomness random) {
    this.id = id;
    this.timeline = timeline;
    this.hardware = hardware;
    this.random = random;
    this.nextSent = timeline.after(0, () -> {});
  }

  String id() {
    return id;
  }

  Mood mood() {
    return mood;
  }

  double slowness() {
    return slowness;
  }

  /** Whether taking it out would be right. */
  boolean isSick() {
    return mood != Mood.WELL || slowness > 1;
  }

  /** Requests it has and has not answered whole. */
  int outstanding() {
    return inside.size();
  }

  /** From now on it answers so, as long as it is well. */
  void follow(Script answers) {
    script = answers;
  }

  /** Everything takes so many times as long from now on. */
  void slow(double times) {
    moveOn();
    slowness = times;
    scheduleNextSent();
  }

  /** From now on it is so; what it was at is cut off, or hangs if it falls silent. */
  void become(Mood next) {
    if (next == mood) {
      return;
    }
    moveOn();
    boolean stops = next == Mood.SILENT || next == Mood.GONE || mood == Mood.SILENT;
    mood = next;
    if (!stops) {
      return;
    }
    List<Job> left = new ArrayList<>(inside);
    era++;
    busy = 0;
    waiting.clear();
    sending.clear();
    nextSent.cancel();
    if (next == Mood.SILENT) {
      left.forEach(job -> job.client.silent());
    } else {
      inside.clear();
      left.forEach(job -> job.client.failed(RESET, false));
    }
  }

  /** A request arrives. */
  void take(Job job) {
    job.era = era;
    switch (mood) {
      case SILENT -> inside.add(job);
      case GONE -> job.client.failed(REFUSED, false);
      case BUSY -> answer(job, SLOW_DOWN);
      case FAILING -> answer(job, INTERNAL_ERROR);
      case WELL -> {
        if (script != null) {
          recite(job, script);
        } else if (busy < hardware.slots()) {
          inside.add(job);
          work(job);
        } else if (waiting.size() < hardware.queue()) {
          inside.add(job);
          waiting.add(job);
        } else {
          answer(job, SLOW_DOWN);
        }
      }
    }
  }

  private void recite(Job job, Script answers) {
    inside.add(job);
    Answer answer = answers.answer(timeline.seconds(), inside.size(), job.bytes);
    int begun = era;
    timeline.after(
        (long) (answer.seconds() * 1e9),
        () -> {
          if (begun == era && inside.remove(job) && !job.left) {
            say(job.client, answer.status());
          }
        });
  }

  private static void say(Client client, int status) {
    switch (status) {
      case 200 -> {
        client.firstByte();
        client.done();
      }
      case 429, 503 -> client.failed(SLOW_DOWN, true);
      case 500 -> client.failed(INTERNAL_ERROR, true);
      default -> client.refused();
    }
  }

  private void answer(Job job, Outcome outcome) {
    timeline.after(
        AT_ONCE,
        () -> {
          if (!job.left) {
            job.client.failed(outcome, true);
          }
        });
  }

  /** Its client does not want it any more. */
  void leave(Job job) {
    job.left = true;
    if (job.era != era || mood == Mood.SILENT) {
      inside.remove(job);
    } else if (sending.contains(job)) {
      moveOn();
      sending.remove(job);
      free(job);
      scheduleNextSent();
    }
  }

  private void work(Job job) {
    busy++;
    int begun = era;
    timeline.after(
        overhead(),
        () -> {
          if (begun == era) {
            send(job);
          }
        });
  }

  private void send(Job job) {
    if (job.left) {
      free(job);
      return;
    }
    job.client.firstByte();
    moveOn();
    job.sentAt = sent + job.bytes;
    sending.add(job);
    scheduleNextSent();
  }

  private void free(Job job) {
    busy--;
    inside.remove(job);
    Job next = waiting.poll();
    if (next != null) {
      work(next);
    }
  }

  /** A lognormal time. */
  private long overhead() {
    double radius = Math.sqrt(-2 * Math.log(1 - random.nextUnit()));
    double normal = radius * Math.cos(2 * Math.PI * random.nextUnit());
    double millis = hardware.overheadMillis() * Math.exp(hardware.spread() * normal);
    return (long) (millis * slowness * 1e6);
  }

  /** How long a probe takes that is answered beside the queue. */
  long probeTime() {
    return overhead();
  }

  /** Bytes a nanosecond that every body under way gets. */
  private double pace() {
    double share = hardware.bandwidth() / Math.max(1, sending.size());
    return Math.min(hardware.stream(), share) / slowness / 1e9;
  }

  private void moveOn() {
    long now = timeline.read();
    sent += (now - sentUntil) * pace();
    sentUntil = now;
  }

  private void scheduleNextSent() {
    nextSent.cancel();
    Job next = sending.peek();
    if (next != null) {
      long left = (long) Math.ceil((next.sentAt - sent) / pace());
      nextSent = timeline.after(left, this::oneIsSent);
    }
  }

  private void oneIsSent() {
    moveOn();
    Job done = sending.poll();
    if (done == null) {
      return;
    }
    free(done);
    scheduleNextSent();
    done.client.done();
  }

  /** One request on one node, as the node sees it. */
  static final class Job {
    private final int bytes;
    private final Client client;
    private double sentAt; // the value of sent at which it has been sent
    private boolean left;
    private int era;

    Job(int bytes, Client client) {
      this.bytes = bytes;
      this.client = client;
    }

    boolean hasLeft() {
      return left;
    }
  }

  /** Who asked. */
  interface Client {
    /** The answer begins. */
    void firstByte();

    /** All of it has arrived. */
    void done();

    /** It will not arrive; {@code answered} if the node said so itself. */
    void failed(Outcome outcome, boolean answered);

    /** The request is wrong, says the node: nothing to be repeated. */
    void refused();

    /** The node stopped in the midst of it; nobody has noticed yet. */
    void silent();
  }
}
