package io.nodewise.lb.cluster;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.retry.RetryBudget;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * What two threads may take out of one budget, of retries or of hedges. Every outcome that is not
 * listed is forbidden.
 */
public final class RetryRaces {
  private RetryRaces() {}

  private static int bit(boolean value) {
    return value ? 1 : 0;
  }

  /** So many retries to begin with, and no more unless they are paid in. */
  private static RetryAccount account(int retries) {
    return new RetryAccount(
        RetryBudget.builder().share(1).perSecond(retries).fade(Duration.ofSeconds(1)).build(), 0);
  }

  /** The last retry is granted to one of two. */
  @JCStressTest
  @Outcome(
      id = {"1, 0, 0, 1", "0, 1, 0, 1"},
      expect = ACCEPTABLE,
      desc = "one gets it, the other is denied")
  @State
  public static class LastRetryForTwo {
    private final RetryAccount account = account(1);

    @Actor
    public void one(IIII_Result r) {
      r.r1 = bit(account.take());
    }

    @Actor
    public void other(IIII_Result r) {
      r.r2 = bit(account.take());
    }

    @Arbiter
    public void left(IIII_Result r) {
      r.r3 = (int) account.left();
      r.r4 = (int) account.denied();
    }
  }

  /** So is the last hedge, of a budget of its own. */
  @JCStressTest
  @Outcome(
      id = {"1, 0, 1, 1", "0, 1, 1, 1"},
      expect = ACCEPTABLE,
      desc = "one gets it, the other is denied")
  @State
  public static class LastHedgeForTwo {
    private final HedgeAccount account = new HedgeAccount(Hedging.builder().share(0.5).build(), 0);

    public LastHedgeForTwo() {
      account.paidIn(2, 0);
    }

    @Actor
    public void one(IIII_Result r) {
      r.r1 = bit(account.take());
    }

    @Actor
    public void other(IIII_Result r) {
      r.r2 = bit(account.take());
    }

    @Arbiter
    public void taken(IIII_Result r) {
      r.r3 = (int) account.taken();
      r.r4 = (int) account.denied();
    }
  }

  /** One is paid in while one is taken out: neither is lost. */
  @JCStressTest
  @Outcome(id = "1, 2, 0", expect = ACCEPTABLE, desc = "two and one less one")
  @State
  public static class TakenWhilePaidIn {
    private final RetryAccount account = account(2);

    @Actor
    public void take(III_Result r) {
      r.r1 = bit(account.take());
    }

    @Actor
    public void payIn() {
      account.paidIn(1, 0);
    }

    @Arbiter
    public void left(III_Result r) {
      r.r2 = (int) account.left();
      r.r3 = (int) account.denied();
    }
  }
}
