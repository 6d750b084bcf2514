package io.nodewise.lb.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.nodewise.lb.discovery.Discovery;
import io.nodewise.lb.discovery.Found;
import io.nodewise.lb.discovery.NodeSource;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.Ticker;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The source may block for as long as it likes, so it is asked on a thread of its own (`looks`), one
 * look at a time. A look that ends sets the time of the next one:
 *
 *   an answer            when it holds no more, and a little later by chance
 *   one missing nodes    soon, to have it confirmed (see Departures)
 *   a failure, nothing   after 1, 2, 4 … seconds, half of it chance
 *   refresh()            at once; behind the look under way, if there is one
 *
 * An answer is a change only if it makes another set. It is made and applied under the lock, so that
 * nothing is applied after close().
 */
/** Asks a source for nodes and hands on what changed. Thread-safe; closed by the load balancer. */
public final class SourceWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SourceWatch.class);

  /** A source that does not answer for so long is told of: nobody else would notice. */
  static final Duration SILENCE = Duration.ofSeconds(30);

  /** The same trouble is logged once in that time, however often it comes and goes. */
  private static final Duration REPEATED = Duration.ofMinutes(10);

  /** What can be made of nodes that were found: a set with all the members. */
  @FunctionalInterface
  public interface Composition {
    /**
     * The members.
     *
     * @throws IllegalArgumentException if they make no set; the message is shown to operators
     */
    NodeSet members(List<Node> found);
  }

  /**
   * How the source is doing.
   *
   * @param found how many nodes it found last
   * @param foundAt when; 0 if it never did
   * @param failures failures in a row since then
   * @param failure the last of them; null if there is none
   * @param failedAt when
   */
  public record Status(
      boolean answered,
      int found,
      long foundAt,
      int failures,
      @Nullable String failure,
      long failedAt) {}

  private final NodeSource source;
  private final Discovery settings;
  private final Composition composition;
  private final String name;
  private final Tasks looks; // its own thread, but in virtual time
  private final Ticker ticker;
  private final Randomness random;
  private final AtomicBoolean asked = new AtomicBoolean(); // a refresh that has not begun yet
  private final CompletableFuture<Void> first = new CompletableFuture<>(); // the first look is over

  private final Object lock = new Object();

  @GuardedBy("lock")
  private @Nullable NodeSet members;

  @GuardedBy("lock")
  private @Nullable Consumer<NodeSet> onChange;

  @GuardedBy("lock")
  private boolean closed;

  private volatile Status status = new Status(false, 0, 0, 0, null, 0); // written by a look
  private volatile @Nullable Long lookingSince; // written by a look
  private volatile @Nullable Tasks clock; // written once, by onChange()

  // Of the thread that looks.
  private final Departures departures = new Departures();
  private List<Node> known = List.of();
  private Duration held = Duration.ZERO; // how long the last answer was to hold; zero: none yet
  private Tasks.@Nullable Scheduled next;
  private @Nullable String told; // the failure that was logged last
  private long toldAt;
  private boolean tellsRecovery;

  /**
   * Asks nothing yet.
   *
   * @param name what log lines begin with
   * @param looks where the source is asked, one look after the other; may be blocked by it
   */
  public SourceWatch(
      NodeSource source,
      Discovery settings,
      Composition composition,
      String name,
      Tasks looks,
      Ticker ticker,
      Randomness random) {
    this.source = source;
    this.settings = settings;
    this.composition = composition;
    this.name = name;
    this.looks = looks;
    this.ticker = ticker;
    this.random = random;
  }

  /** Begins, and waits for the first answer, for as long as the settings say. */
  public void start() {
    looks.execute(this::look);
    try {
      first.get(settings.firstAnswer().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // What there is will be seen by whoever asks for the members.
    }
  }

  /** Begins with a look by the caller, where {@code looks} has no thread: in virtual time. */
  public void startHere() {
    look();
  }

  /** The members by the last good answer; null before there was one. */
  public @Nullable NodeSet members() {
    synchronized (lock) {
      return members;
    }
  }

  /**
   * From now on told of every change, and at once of what changed since {@code seen}.
   *
   * @param background where a source that does not answer is told of
   */
  public void onChange(NodeSet seen, Consumer<NodeSet> listener, Tasks background) {
    clock = background;
    Long since = lookingSince;
    if (since != null) { // the first look, which began before there was a clock
      background.schedule(SILENCE, () -> tellSilence(since));
    }
    synchronized (lock) {
      onChange = listener;
      if (members != null && !members.equals(seen) && !closed) {
        listener.accept(members);
      }
    }
  }

  /** Asks at once, or when the look under way is over. */
  public void refresh() {
    if (asked.compareAndSet(false, true)) {
      looks.execute(
          () -> {
            asked.set(false);
            look();
          });
    }
  }

  /** How the source is doing. */
  public Status status() {
    return status;
  }

  /** What it says of itself. */
  public String sourceName() {
    return source.toString();
  }

  /** Since when it has been asked and not answered; null: it is not being asked just now. */
  public @Nullable Long lookingSince() {
    return lookingSince;
  }

  private void look() {
    Tasks.Scheduled waiting = next;
    if (waiting != null) {
      waiting.cancel();
    }
    long began = ticker.read();
    lookingSince = began;
    Tasks.Scheduled silence = watchSilence(began);
    Duration pause;
    try {
      Found found = source.nodes();
      pause = found.nodes().isEmpty() ? failed("found no nodes") : found(found);
    } catch (Throwable e) { // whatever a source throws: the members stay, and it is asked again
      pause = failed(reason(e));
    }
    silence.cancel();
    lookingSince = null;
    next = looks.schedule(pause, this::look);
    first.complete(null);
  }

  private Tasks.Scheduled watchSilence(long since) {
    Tasks background = clock;
    return background == null ? () -> {} : background.schedule(SILENCE, () -> tellSilence(since));
  }

  /** If the look that began then is still under way. */
  private void tellSilence(long since) {
    Long looking = lookingSince;
    if (looking != null && looking == since) {
      log.warn("{}: {} has not answered for {} s", name, source, SILENCE.toSeconds());
    }
  }

  private static String reason(Throwable thrown) {
    String message = thrown.getMessage();
    boolean isPathAlone = thrown instanceof FileSystemException file && file.getReason() == null;
    boolean speaks =
        (thrown instanceof IOException || thrown instanceof RuntimeException)
            && !isPathAlone
            && !(thrown instanceof CharacterCodingException); // which says a length
    return message == null || message.isBlank()
        ? thrown.getClass().getSimpleName()
        : speaks ? message : thrown.getClass().getSimpleName() + ": " + message;
  }

  /** Takes an answer; returns when to ask again. */
  private Duration found(Found found) {
    long now = ticker.read();
    composition.members(found.nodes()); // throws if it can't be used
    Departures.Verdict verdict = departures.judge(known, found.nodes(), now);
    NodeSet made = composition.members(verdict.nodes());
    known = verdict.nodes();
    held = found.validFor();
    boolean recovered = status.failures() > 0;
    status = new Status(true, found.nodes().size(), now, 0, null, 0);
    synchronized (lock) {
      if (closed) {
        return held;
      }
      if (!made.equals(members)) {
        members = made;
        if (onChange != null) {
          onChange.accept(made);
        }
      }
    }
    if (recovered && tellsRecovery) {
      log.info("{}: {} answers again: {} nodes", name, source, found.nodes().size());
    }
    tellsRecovery = false;
    Duration pause = stretched(held);
    Duration soon = stretched(settings.confirmAfter());
    return verdict.soon() && soon.compareTo(pause) < 0 ? soon : pause;
  }

  /** Takes note of a failure; returns when to ask again. */
  private Duration failed(String reason) {
    long now = ticker.read();
    Status before = status;
    int failures = before.failures() + 1;
    status = new Status(before.answered(), before.found(), before.foundAt(), failures, reason, now);
    boolean isNews = !reason.equals(told) || now - toldAt > REPEATED.toNanos();
    if (isNews && !isClosed()) {
      told = reason;
      toldAt = now;
      tellsRecovery = true;
      log.warn("{}: {} failed, {}: {}", name, source, consequence(), reason);
    }
    return pauseAfter(failures);
  }

  private String consequence() {
    return known.isEmpty() ? "no nodes are known yet" : "the " + known.size() + " nodes stay";
  }

  private boolean isClosed() {
    synchronized (lock) {
      return closed;
    }
  }

  private Duration pauseAfter(int failures) {
    long most = settings.longestRetry().toNanos();
    if (!held.isZero()) {
      most = Math.max(settings.retryAfter().toNanos(), Math.min(most, held.toNanos()));
    }
    long pause = settings.retryAfter().toNanos();
    for (int i = 1; i < failures && pause < most; i++) {
      pause *= 2;
    }
    pause = Math.min(pause, most);
    return Duration.ofNanos((long) (pause * (0.5 + random.nextUnit() / 2)));
  }

  private Duration stretched(Duration time) {
    double by = 1 + settings.jitter() * random.nextUnit();
    return Duration.ofNanos((long) (time.toNanos() * by));
  }

  /** Asks no more, and waits for a look under way, 5 s at most. */
  public void stop() {
    synchronized (lock) {
      closed = true;
      onChange = null;
    }
    looks.close();
  }

  /** Stops, and closes the source. */
  @Override
  public void close() {
    stop();
    try {
      source.close();
    } catch (RuntimeException e) {
      log.warn("{}: {} could not be closed: {}", name, source, e.toString());
    }
  }
}
