package io.nodewise.lb.okhttp;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The first attempt runs on the caller's thread. When it has waited for the hedge delay, a second one
 * begins on another node, on another thread. From then on it is a race for the head of an answer:
 *
 *   an answer that is no error of its node   wins, if none has won before
 *   an error of the node, or an exception    waits for the other one; where both fail, it is the
 *                                            first attempt's failure that counts
 *   the caller gives up                      both end
 *
 * Who wins is decided under the monitor, once. The loser is aborted, which closes its connection (of
 * HTTP/2 its stream), and its attempt is ended by the winner's side at once: so nothing is in flight
 * any more when the call returns, however long the loser's thread takes to notice. An attempt begins
 * only while nothing is decided, under the same monitor; that is also what makes the route safe to
 * use here, which knows nothing of threads. The winner's answer is taken by the caller's thread.
 */
/** A read on its way to one node and, if that takes long, to a second one. For one use. */
final class HedgedCall {

  private static final Logger log = LoggerFactory.getLogger(HedgedCall.class);

  /** An answer, and the attempt that brought it. */
  record Answered(NodeCall by, Response response) {}

  private final BalancedCall owner;
  private final NodeCall first;

  @GuardedBy("this")
  private @Nullable NodeCall second; // begun

  @GuardedBy("this")
  private boolean secondFailed; // while nothing was decided, and its attempt has ended

  @GuardedBy("this")
  private @Nullable IOException secondsFailure;

  @GuardedBy("this")
  private boolean decided; // nothing begins and nobody wins from here on

  @GuardedBy("this")
  private @Nullable Answered won; // by the second one

  HedgedCall(BalancedCall owner, NodeCall first) {
    this.owner = owner;
    this.first = first;
  }

  /**
   * As {@link NodeCall#send}, with a second attempt after the delay.
   *
   * @throws IOException as the first attempt did, where neither was answered
   */
  Answered run(HedgeThreads threads, Duration delay) throws IOException {
    Future<?> hedge = null;
    Answered answer = null;
    try {
      hedge = threads.after(delay, this::runSecond);
      answer = runFirst();
      return answer;
    } finally {
      if (hedge != null) {
        hedge.cancel(false);
      }
      end(loser -> loser.cancel("given up by the caller"));
      if (answer == null) {
        dropWon(); // an error came in between
      }
    }
  }

  private Answered runFirst() throws IOException {
    Response answer;
    Answered other;
    try {
      answer = first.send();
    } catch (IOException e) {
      if (wonBySecond() == null) {
        first.failed(e);
      }
      other = awaitSecond();
      if (other == null) {
        noteSecondsFailure();
        throw e;
      }
      first.lost();
      return takenOver(other);
    }
    if (Answers.isErrorOfNode(answer) && isSecondUnderWay()) {
      first.refused(answer);
      other = awaitSecond();
    } else {
      other = claimByFirst();
    }
    if (other == null) {
      return new Answered(first, answer);
    }
    first.lost();
    first.abort();
    answer.close();
    return takenOver(other);
  }

  private void noteSecondsFailure() {
    IOException failure;
    synchronized (this) {
      failure = secondsFailure;
    }
    if (failure != null) {
      owner.note(failure);
    }
  }

  private static Answered takenOver(Answered other) {
    other.by().takeOver();
    return other;
  }

  private void dropWon() {
    Answered dropped = wonBySecond();
    if (dropped != null) {
      dropped.by().cancel("its answer was not taken");
      dropped.by().abort();
      dropped.response().close();
    }
  }

  /** Null if the first one has won; else the second one's answer. */
  private @Nullable Answered claimByFirst() {
    end(NodeCall::lost);
    return wonBySecond();
  }

  private synchronized @Nullable Answered wonBySecond() {
    return won;
  }

  private synchronized boolean isSecondUnderWay() {
    return second != null && !secondFailed;
  }

  /**
   * Waits for the second attempt, if one is under way, now that the first one has failed; null if
   * that brings no answer either. It ends when the user's call does, so this does, too.
   */
  private synchronized @Nullable Answered awaitSecond() {
    try {
      while (!decided && isSecondUnderWay()) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    decided = true;
    return won;
  }

  /** Nothing begins and nobody wins any more; a second attempt that has not won is over. */
  private void end(Consumer<NodeCall> how) {
    NodeCall loser;
    synchronized (this) {
      decided = true;
      loser = won == null && !secondFailed ? second : null;
      notifyAll();
    }
    if (loser != null) {
      how.accept(loser);
      loser.abort();
    }
  }

  // On a thread for second attempts.

  private void runSecond() {
    NodeCall hedge = beginSecond();
    if (hedge == null) {
      return;
    }
    boolean claimed = false;
    try {
      Response answer = hedge.send();
      if (Answers.isErrorOfNode(answer)) {
        hedge.refused(answer);
        answer.close();
      } else {
        claimed = claimBySecond(hedge, answer);
        if (!claimed) {
          answer.close();
        }
      }
    } catch (IOException e) {
      IOException told = hedge.failed(e);
      synchronized (this) {
        secondsFailure = told;
      }
    } catch (RuntimeException e) {
      log.warn("A second attempt on {} failed: {}", hedge.node().id(), e.toString(), e);
    } finally {
      secondEnded();
    }
    if (claimed) {
      first.abort();
    }
  }

  private synchronized @Nullable NodeCall beginSecond() {
    if (decided || owner.user().isOver()) {
      return null;
    }
    second = owner.hedge();
    return second;
  }

  private synchronized boolean claimBySecond(NodeCall hedge, Response answer) {
    if (decided) {
      return false;
    }
    hedge.answerBegins();
    decided = true;
    won = new Answered(hedge, answer);
    notifyAll();
    return true;
  }

  /** Once it is decided, it is to whoever decided to end the second attempt. */
  private synchronized void secondEnded() {
    secondFailed = !decided;
    notifyAll();
  }
}
