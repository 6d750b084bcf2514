package io.nodewise.lb.hedge;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The first attempt runs on the caller's thread. When it has waited for the hedge delay, a second one
 * begins on another node, on another thread. From then on it is a race for the head of an answer:
 *
 *   an answer that is no error of its node   wins, if none has won before
 *   an error of the node, or an exception    waits for the other one; where both fail, it is the
 *                                            first attempt's failure that the caller gets
 *   the caller gives up                      both end
 *
 * Who wins is decided under the monitor, once. All else follows from that: what a loser's exception
 * looks like depends on where the abort found it, so nobody looks at it. The loser is aborted, which
 * closes its connection (of HTTP/2 its stream), and its attempt is ended by the winner's side at once: so
 * nothing is in flight any more when the call returns, however long the loser's thread takes to notice.
 * Only of an attempt that another one's answer ended is anything learnt from how long it was silent; where
 * the caller gives up, both are cancelled, as any attempt is. An attempt begins only while nothing is
 * decided, under the same monitor; that is also what makes the route safe to use there, which knows
 * nothing of threads.
 *
 * The winner's answer is taken in by the caller's thread, whichever attempt won: the body, the call's
 * notes and what comes after know of one thread only.
 */
/**
 * A read on its way to one node and, if that takes long, to a second one. For one use; run by one
 * thread, {@link #giveUp} may be called by any.
 *
 * @param <R> the head of an answer, with its body to be read
 */
public final class Race<R> {
  private static final Logger log = LoggerFactory.getLogger(Race.class);

  private final Contender<R> first;
  private final Supplier<@Nullable Contender<R>> hedge;
  private final BooleanSupplier isGivenUp;

  @GuardedBy("this")
  private @Nullable Contender<R> second; // begun

  @GuardedBy("this")
  private boolean secondFailed; // while nothing was decided, and its attempt has ended

  @GuardedBy("this")
  private boolean decided; // nothing begins and nobody wins from here on

  @GuardedBy("this")
  private @Nullable R won; // the second one's answer, if that won

  @GuardedBy("this")
  private boolean taken; // what it won is somebody's to end

  /**
   * Nothing runs yet.
   *
   * @param first begun
   * @param hedge begins a second attempt, or gives null if there is to be none; called once at
   *     most, on another thread, while the first one runs and under the lock of this
   * @param isGivenUp whether the caller wants no answer any more; by any thread
   */
  public Race(
      Contender<R> first, Supplier<@Nullable Contender<R>> hedge, BooleanSupplier isGivenUp) {
    this.first = first;
    this.hedge = hedge;
    this.isGivenUp = isGivenUp;
  }

  /**
   * Runs the first attempt, and after the delay the second one.
   *
   * @throws IOException as the first attempt did, where neither was answered; or as taking in the
   *     winner's answer did
   * @throws RuntimeException the same
   */
  public R run(HedgeThreads threads, Duration delay) throws IOException {
    Future<?> timer = null;
    try {
      timer = after(threads, delay);
      return runFirst();
    } finally {
      if (timer != null) {
        timer.cancel(false);
      }
      giveUp(); // whatever came out of here: what has not won is over
      dropUntaken();
    }
  }

  private @Nullable Future<?> after(HedgeThreads threads, Duration delay) {
    try {
      return threads.after(delay, this::runSecond);
    } catch (Error e) { // there are no more threads, say
      died(first, e, null);
      throw e;
    }
  }

  private R runFirst() throws IOException {
    R answer = null;
    R other;
    try {
      answer = first.send();
      if (first.isErrorOfNode(answer) && isSecondUnderWay()) {
        answer = first.refused(answer);
        other = awaitSecond();
      } else {
        end(Contender::lost);
        other = wonBySecond();
        answer = other == null ? first.received(answer) : answer;
      }
      if (other == null) {
        return answer;
      }
    } catch (IOException | RuntimeException e) {
      other = wonBySecond();
      if (other == null) {
        first.failed(e);
        other = awaitSecond();
      }
      if (other == null) {
        throw e;
      }
    } catch (Error e) {
      died(first, e, answer);
      throw e;
    }
    first.lost();
    drop(first, answer);
    return taken(other);
  }

  /** Ends the attempt: what happened is nobody's fault but this process's. */
  private static <R> void died(Contender<R> attempt, Error e, @Nullable R answer) {
    attempt.cancel(e.toString());
    attempt.drop(answer);
  }

  /** The second one's answer becomes that of the request. */
  private R taken(R answer) throws IOException {
    Contender<R> winner;
    synchronized (this) {
      winner = second;
      taken = winner != null;
    }
    if (winner == null) {
      throw new IllegalStateException("an answer of no attempt");
    }
    try {
      return winner.received(answer);
    } catch (Error e) {
      died(winner, e, answer);
      throw e;
    }
  }

  /** An error came in between, and nobody will end what the second one won. */
  private void dropUntaken() {
    Contender<R> winner;
    R answer;
    synchronized (this) {
      winner = second;
      answer = taken ? null : won;
      taken = true;
    }
    if (winner != null && answer != null) {
      winner.cancel("its answer was not taken");
      winner.drop(answer);
    }
  }

  private synchronized @Nullable R wonBySecond() {
    return won;
  }

  private synchronized boolean isSecondUnderWay() {
    return second != null && !secondFailed;
  }

  /** Whether the second attempt ended with a failure while it might still have won. */
  public synchronized boolean hasSecondFailed() {
    return secondFailed;
  }

  /**
   * Waits for the second attempt, if one is under way, now that the first one has failed; null if
   * that brings no answer either.
   */
  private synchronized @Nullable R awaitSecond() {
    try {
      while (!decided && !isGivenUp.getAsBoolean() && isSecondUnderWay()) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    decided = true;
    return won;
  }

  /** Nothing begins and nobody wins any more; a second attempt that has not won is over. */
  public void giveUp() {
    end(loser -> loser.cancel("aborted by the caller"));
  }

  private void end(Consumer<Contender<R>> how) {
    Contender<R> loser;
    synchronized (this) {
      decided = true;
      loser = won == null && !secondFailed ? second : null;
      notifyAll();
    }
    if (loser != null) {
      how.accept(loser);
      abort(loser);
    }
  }

  // Its attempt has ended: that it can't be aborted is no reason to lose the other one's answer.

  private static void abort(Contender<?> loser) {
    try {
      loser.abort();
    } catch (RuntimeException e) {
      log.warn("Aborting {} failed: {}", loser, e.toString(), e);
    }
  }

  private static <R> void drop(Contender<R> loser, @Nullable R answer) {
    try {
      loser.drop(answer);
    } catch (RuntimeException e) {
      log.warn("Dropping an answer of {} failed: {}", loser, e.toString(), e);
    }
  }

  // On a thread for second attempts.

  private void runSecond() {
    Contender<R> attempt = beginSecond();
    if (attempt == null) {
      return;
    }
    R answer = null;
    boolean claimed = false;
    try {
      answer = attempt.send();
      if (attempt.isErrorOfNode(answer)) {
        attempt.refused(answer);
        answer = null;
      } else {
        claimed = claimBySecond(attempt, answer);
      }
    } catch (IOException | RuntimeException e) {
      failed(attempt, e);
    } catch (Error e) {
      attempt.cancel(e.toString());
      throw e;
    } finally {
      try {
        if (!claimed) {
          drop(attempt, answer);
        }
      } finally {
        secondEnded();
      }
    }
    if (claimed) {
      abort(first);
    }
  }

  private static void failed(Contender<?> attempt, Exception e) {
    try {
      attempt.failed(e);
    } catch (RuntimeException itself) {
      log.warn("A second attempt, {}, failed: {}", attempt, itself.toString(), itself);
    }
  }

  private synchronized @Nullable Contender<R> beginSecond() {
    if (decided || isGivenUp.getAsBoolean()) {
      return null;
    }
    second = hedge.get();
    return second;
  }

  private synchronized boolean claimBySecond(Contender<R> attempt, R answer) {
    if (decided) {
      return false;
    }
    attempt.answerBegins();
    decided = true;
    won = answer;
    notifyAll();
    return true;
  }

  /** Once it is decided, it is to whoever decided to end the second attempt. */
  private synchronized void secondEnded() {
    secondFailed = !decided;
    notifyAll();
  }
}
