package io.nodewise.lb.cluster;

import io.nodewise.lb.retry.RetryBudget;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/*
 * Requests pay nothing for it: what they bring in is read off the nodes' own counters by the sweeper,
 * every tick. Only a retry touches the balance. Attempts of nodes that have left the set meanwhile
 * are missing from the sum, which may then be smaller than before: for one tick nothing is paid in.
 *
 * The balance is a whole number of 1/1024 retries, so that it can be taken from by compare-and-set:
 * it never falls below zero, and of two that want the last one exactly one gets it. What fades and
 * what comes in is one atomic change, in which no withdrawal is lost.
 */
/** What is left of a retry budget. Thread-safe. */
public final class RetryAccount {
  private static final long UNIT = 1024;

  private final RetryBudget budget;
  private final double fadeNanos;
  private final AtomicLong balance;
  private final LongAdder taken = new LongAdder();
  private final LongAdder denied = new LongAdder();
  private long attempts; // at the last tick; background thread, as the next
  private long at;

  /** Starts with what a calm client has saved up. */
  RetryAccount(RetryBudget budget, long now) {
    this.budget = budget;
    this.fadeNanos = budget.fade().toNanos();
    this.at = now;
    this.balance = new AtomicLong((long) (budget.perSecond() * seconds(fadeNanos) * UNIT));
  }

  private static double seconds(double nanos) {
    return nanos / TimeUnit.SECONDS.toNanos(1);
  }

  /** Pays in for the time and the attempts since the last tick; by the sweeper. */
  void tick(Collection<LiveNode> nodes, long now) {
    if (!budget.isLimited()) {
      return;
    }
    long sum = 0;
    for (LiveNode node : nodes) {
      sum += node.attempts();
    }
    paidIn(Math.max(0, sum - attempts), now);
    attempts = sum;
  }

  /** For so many further attempts. */
  void paidIn(long more, long now) {
    double passed = Math.max(0, now - at);
    at = now;
    double kept = Math.exp(-passed / fadeNanos);
    double income = (more * budget.share() + seconds(passed) * budget.perSecond()) * UNIT;
    balance.updateAndGet(before -> (long) (before * kept + income));
  }

  /** Takes one retry out; false, and counted as denied, if there is none. */
  boolean take() {
    if (takeIfAny()) {
      return true;
    }
    denied.increment();
    return false;
  }

  /** Takes one retry out; false if there is none. */
  boolean takeIfAny() {
    if (!budget.isLimited() || withdraw()) {
      taken.increment();
      return true;
    }
    return false;
  }

  private boolean withdraw() {
    long before = balance.get();
    while (before >= UNIT) {
      if (balance.compareAndSet(before, before - UNIT)) {
        return true;
      }
      before = balance.get();
    }
    return false;
  }

  /** Whole retries that are left; where there is no limit, no number means anything. */
  public long left() {
    return budget.isLimited() ? balance.get() / UNIT : Long.MAX_VALUE;
  }

  /** Retries that were taken so far. */
  public long taken() {
    return taken.sum();
  }

  /** Retries that were denied so far. */
  public long denied() {
    return denied.sum();
  }
}
