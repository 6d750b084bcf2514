package io.nodewise.lb.awssdk;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.nodewise.lb.Attempt;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;

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
 * closes its connection, and its attempt is ended by the winner's side at once: so nothing is in flight
 * any more when the call returns, however long the loser's thread takes to notice. Only of an attempt
 * that another one's answer ended is anything learnt from how long it was silent; where the caller
 * gives up, both are cancelled, as any attempt is. An attempt begins
 * only while nothing is decided, under the same monitor; that is also what makes the route safe to
 * use here, which knows nothing of threads.
 *
 * The winner's answer is taken in by the caller's thread, whichever attempt won: the body, the call's
 * notes and what comes after know of one thread only.
 */
/** A read on its way to one node and, if that takes long, to a second one. For one use. */
final class HedgedExchange {
  private static final Logger log = LoggerFactory.getLogger(HedgedExchange.class);

  private final BalancedRequest owner;
  private final HttpExecuteRequest request;
  private final Exchange first;

  @GuardedBy("this")
  private @Nullable Exchange second; // begun

  @GuardedBy("this")
  private boolean secondFailed; // while nothing was decided, and its attempt has ended

  @GuardedBy("this")
  private boolean decided; // nothing begins and nobody wins from here on

  @GuardedBy("this")
  private @Nullable HttpExecuteResponse won; // the second one's answer, if that won

  @GuardedBy("this")
  private boolean taken; // what it won is somebody's to end

  HedgedExchange(BalancedRequest owner, HttpExecuteRequest request, Exchange first) {
    this.owner = owner;
    this.request = request;
    this.first = first;
  }

  /**
   * As {@link Exchange#run}, with a second attempt after the delay.
   *
   * @throws IOException as the first attempt's HTTP client did, where neither was answered
   * @throws RuntimeException the same
   */
  HttpExecuteResponse run(HedgeThreads threads, Duration delay) throws IOException {
    Future<?> hedge = threads.after(delay, this::runSecond);
    try {
      return runFirst();
    } finally {
      if (hedge != null) {
        hedge.cancel(false);
      }
      giveUp(); // whatever came out of here: what has not won is over
      dropUntaken();
    }
  }

  private HttpExecuteResponse runFirst() throws IOException {
    HttpExecuteResponse answer = null;
    HttpExecuteResponse other;
    try {
      answer = first.send();
      if (Exchange.isErrorOfNode(answer) && isSecondUnderWay()) {
        answer = first.received(answer);
        other = awaitSecond();
      } else {
        other = claimByFirst();
        answer = other == null ? first.received(answer) : answer;
      }
      if (other == null) {
        return answer;
      }
      first.drop(answer);
    } catch (IOException | RuntimeException e) {
      other = wonBySecond();
      if (other == null) {
        first.failed(e);
        other = awaitSecond();
      }
      if (other == null) {
        throw e;
      }
      first.drop(null);
    } catch (Error e) {
      first.died(e, answer);
      throw e;
    }
    first.lost();
    return taken(other);
  }

  /** The second one's answer becomes that of the request. */
  private HttpExecuteResponse taken(HttpExecuteResponse answer) throws IOException {
    Exchange winner;
    synchronized (this) {
      winner = second;
      taken = winner != null;
    }
    if (winner == null) {
      throw new IllegalStateException("an answer of no attempt");
    }
    try {
      owner.goesOnWith(winner);
      return winner.received(answer);
    } catch (Error e) { // of exceptions the owner is told, whose exchange it is by now
      winner.died(e, answer);
      throw e;
    }
  }

  /** An error came in between, and nobody will end what the second one won. */
  private void dropUntaken() {
    Exchange winner;
    HttpExecuteResponse answer;
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

  /** Null if the first one has won; else the second one's answer. */
  private @Nullable HttpExecuteResponse claimByFirst() {
    synchronized (this) {
      if (won != null) {
        return won;
      }
    }
    end(Exchange::lost);
    return wonBySecond();
  }

  private synchronized @Nullable HttpExecuteResponse wonBySecond() {
    return won;
  }

  private synchronized boolean isSecondUnderWay() {
    return second != null && !secondFailed;
  }

  /**
   * Waits for the second attempt, if one is under way, now that the first one has failed; null if
   * that brings no answer either.
   */
  private synchronized @Nullable HttpExecuteResponse awaitSecond() {
    try {
      while (!decided && !owner.isGivenUp() && isSecondUnderWay()) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    decided = true;
    return won;
  }

  /** Nothing begins and nobody wins any more; a second attempt that has not won is over. */
  void giveUp() {
    end(loser -> loser.cancel("aborted by the caller"));
  }

  private void end(Consumer<Exchange> how) {
    Exchange loser;
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

  /**
   * Its attempt has ended: that it can't be aborted is no reason to lose the other one's answer.
   */
  private static void abort(Exchange loser) {
    try {
      loser.abort();
    } catch (RuntimeException e) {
      log.warn("Aborting an attempt on {} failed: {}", loser.node().id(), e.toString(), e);
    }
  }

  // On a thread for second attempts.

  private void runSecond() {
    Exchange hedge = beginSecond();
    if (hedge == null) {
      return;
    }
    HttpExecuteResponse answer = null;
    boolean claimed = false;
    try {
      answer = hedge.send();
      if (Exchange.isErrorOfNode(answer)) {
        hedge.refused(answer);
      } else {
        claimed = claimBySecond(hedge, answer);
        if (!claimed) {
          hedge.drop(answer);
        }
      }
    } catch (IOException | RuntimeException e) {
      hedge.failed(e);
      hedge.drop(answer);
    } catch (Error e) {
      hedge.died(e, answer);
      throw e;
    } finally {
      secondEnded();
    }
    if (claimed) {
      abort(first);
    }
  }

  private synchronized @Nullable Exchange beginSecond() {
    if (decided || owner.isGivenUp()) {
      return null;
    }
    Optional<Attempt> attempt = owner.apiCall().route().hedge();
    if (attempt.isEmpty()) {
      return null;
    }
    // Without the metrics of the call: they are the first one's, and know one thread only.
    HttpExecuteRequest again = HttpExecuteRequest.builder().request(request.httpRequest()).build();
    second = owner.exchange(again, attempt.get());
    return second;
  }

  private synchronized boolean claimBySecond(Exchange hedge, HttpExecuteResponse answer) {
    if (decided) {
      return false;
    }
    hedge.answerBegins();
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
