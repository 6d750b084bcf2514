package io.nodewise.lb.cluster;

import io.nodewise.lb.retry.Hedging;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/*
 * A read is hedged once it has waited for as long as all but a share of the recent reads did. That
 * time is learnt by the background thread once a second, for all nodes together; a request reads one
 * volatile reference. It is the upper edge of the bucket that the quantile falls into, not its middle:
 * so no more than the share waits longer, and the budget is there for the slowest reads and not spent
 * on those that came first.
 *
 * An attempt that lost has no time to its first byte, only one that it certainly exceeds. If such
 * attempts were left out, those that wait longest would be missing from what is known: a node that
 * stalls would look as fast as when it does not, and with the slowest reads gone the delay would sink
 * from one second to the next until it was in the midst of the ordinary ones. So what is known for
 * certain is taken in. For the histogram: a time beyond the delay is beyond it whatever it would have
 * become, which is all that the quantile asks. For the estimate that pickers read: only if it raises
 * it. A loser that was given up early, such as a hedge whose rival answered just then, says nothing.
 */
/** When a read is sent a second time, and what became of those that were. Thread-safe. */
public final class Hedges {
  private static final long LEARN = TimeUnit.SECONDS.toNanos(1);

  private final Hedging settings;
  private final HedgeAccount account;
  private final int enough;
  private final LongAdder begun = new LongAdder();
  private final LongAdder won = new LongAdder();
  private volatile Optional<Duration> delay = Optional.empty(); // by the background thread
  private boolean learnt; // background thread, as the next
  private long learntAt;

  Hedges(Hedging settings, long now) {
    this.settings = settings;
    this.account = new HedgeAccount(settings, now);
    this.enough =
        settings.isOn()
            ? (int) Math.max(settings.leastSamples(), Math.ceil(1 / settings.share()))
            : 0;
  }

  /** The settings. */
  public Hedging settings() {
    return settings;
  }

  /** How long a read waits before it may be sent a second time; empty: it is not, just now. */
  public Optional<Duration> delay() {
    return delay;
  }

  /** Pays into the budget, and once a second looks at the times of the nodes; by the sweeper. */
  void tick(Collection<LiveNode> nodes, boolean isPanic, long now) {
    if (!settings.isOn()) {
      return;
    }
    account.tick(nodes, now);
    if (!learnt || now - learntAt >= LEARN) {
      learnt = true;
      learntAt = now;
      delay = isPanic || nodes.size() < 2 ? Optional.empty() : learn(nodes);
    }
  }

  private Optional<Duration> learn(Collection<LiveNode> nodes) {
    FirstByteTimes all = new FirstByteTimes();
    int count = 0;
    for (LiveNode node : nodes) {
      count += all.add(node.firstByteTimes);
    }
    if (count < enough) {
      return Optional.empty();
    }
    Duration learned = Duration.ofNanos(all.upperQuantile(1 - settings.share()));
    Duration least = settings.leastDelay();
    return Optional.of(learned.compareTo(least) < 0 ? least : learned);
  }

  /** Takes one out of the budget. */
  boolean take() {
    return account.take();
  }

  /** One that was taken was not begun. */
  void giveBack() {
    account.giveBack();
  }

  /** A request was sent a second time. */
  void began() {
    begun.increment();
  }

  /** A second attempt was the first to be answered. */
  public void won() {
    won.increment();
  }

  /** An attempt without an answer was given up for another one's, so long after it began. */
  void lost(LiveNode node, long nanos, long now) {
    Optional<Duration> limit = delay;
    node.slowerThan(nanos, limit.isPresent() && nanos >= limit.get().toNanos(), now);
  }

  /** How many requests were sent a second time. */
  public long begunSoFar() {
    return begun.sum();
  }

  /** How many of those were answered by the second node first. */
  public long wonSoFar() {
    return won.sum();
  }

  /** How often the budget had nothing left. */
  public long deniedSoFar() {
    return account.denied();
  }
}
