package io.nodewise.lb.cluster;

import io.nodewise.lb.retry.Hedging;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/*
 * It starts empty and nothing comes in but a share of the attempts, hedges themselves left out: so at
 * no time have there been more hedges than that share of all other attempts, whatever the delay was.
 * What comes in is read off the nodes' own counters by the sweeper, every tick, and requests pay
 * nothing for it. What can be saved up is bounded, so that a calm hour does not pay for a storm.
 *
 * Whole numbers of 1/1024 hedges, taken from by compare-and-set: of two that want the last one
 * exactly one gets it.
 */
/** What is left of a hedging budget. Thread-safe. */
final class HedgeAccount {
  private static final long UNIT = 1024;

  private final double share;
  private final long burst; // in units
  private final AtomicLong balance = new AtomicLong(); // by ticks and by those who take
  private final LongAdder taken = new LongAdder();
  private final LongAdder denied = new LongAdder();
  private long attempts; // at the last tick; background thread, as the next two
  private long hedges;
  private long at;

  HedgeAccount(Hedging settings, long now) {
    this.share = settings.share();
    this.burst = settings.burst() * UNIT;
    this.at = now;
  }

  /** Pays in for the attempts since the last tick; by the sweeper. */
  void tick(Collection<LiveNode> nodes, long now) {
    long begun = taken.sum(); // before the attempts, which count those that begin meanwhile
    long sum = 0;
    for (LiveNode node : nodes) {
      sum += node.attempts();
    }
    // Attempts of nodes that have left the set are missing from the sum, once.
    paidIn(Math.max(0, sum - attempts - (begun - hedges)), now);
    attempts = sum;
    hedges = begun;
  }

  /** For so many further attempts that are no hedges. */
  void paidIn(long more, long now) {
    double passed = Math.max(now - at, Sweeper.TICK.toNanos());
    at = now;
    double income = more * share * UNIT;
    long most = Math.max(burst, (long) (income * TimeUnit.SECONDS.toNanos(1) / passed));
    balance.updateAndGet(before -> Math.min(most, before + (long) income));
  }

  /** Takes one hedge out; false, and counted as denied, if there is none. */
  boolean take() {
    long before = balance.get();
    while (before >= UNIT) {
      if (balance.compareAndSet(before, before - UNIT)) {
        taken.increment();
        return true;
      }
      before = balance.get();
    }
    denied.increment();
    return false;
  }

  /** One that was taken was not used. */
  void giveBack() {
    taken.decrement();
    balance.getAndAdd(UNIT);
  }

  /** Hedges taken so far and not given back. */
  long taken() {
    return taken.sum();
  }

  /** Hedges that were denied so far. */
  long denied() {
    return denied.sum();
  }
}
