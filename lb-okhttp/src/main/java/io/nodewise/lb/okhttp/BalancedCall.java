package io.nodewise.lb.okhttp;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.Route;
import io.nodewise.lb.hedge.HedgeThreads;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.observe.RequestDescription;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/*
 * Each node is asked once at most. What may go on at the next one:
 *
 *   nothing was sent                       every request, without a bound but the nodes
 *   no answer, or half of its head         what may be repeated; the first three moves after a broken
 *                                          connection are free, since that is no work for a node;
 *                                          further ones, and those after silence, need a node at ease
 *                                          or the retry budget
 *   5xx                                    what may be repeated, three times at most, each with a node
 *                                          at ease or the retry budget: some requests get the same
 *                                          answer everywhere. Not in a session: no other node has it
 *   503, 429                               what may be repeated, with a node at ease or the budget
 *
 * There is no waiting and no second round: OkHttp has no retries that would wait, and whoever wants them
 * has them above. Where it ends with an exception, the last answer that there was is worth more: it
 * is kept, unread, until then.
 */
/**
 * A request on its way over the nodes. Confined to the thread of the user's call but for hedges.
 */
final class BalancedCall {
  /** How often it goes on at once before that becomes a question of load. */
  private static final int FEW = 3;

  /** A cause for each node is enough up to here; a set may have a thousand. */
  private static final int MAX_CAUSES = 8;

  private final Shared shared;
  private final UserCall user;
  private final Request made;
  private final Request request;
  private final AttemptSettings settings;
  private final Route route;
  private final Leeway leeway;
  private final List<IOException> failures = new ArrayList<>(0);
  private @Nullable Answered kept;
  private boolean failedHere;
  private int broken;
  private int refusals;

  /**
   * @param made by the user
   * @param request the same as it is to be sent
   */
  BalancedCall(
      Shared shared,
      UserCall user,
      Request made,
      Request request,
      AttemptSettings settings,
      Route route,
      Leeway leeway) {
    this.shared = shared;
    this.user = user;
    this.made = made;
    this.request = request;
    this.settings = settings;
    this.route = route;
    this.leeway = leeway;
  }

  Shared shared() {
    return shared;
  }

  UserCall user() {
    return user;
  }

  Request made() {
    return made;
  }

  Request request() {
    return request;
  }

  AttemptSettings settings() {
    return settings;
  }

  /** Walks the nodes until one answers in a way that is the caller's to hear. */
  Response run() throws IOException {
    try {
      while (true) {
        endIfInterrupted();
        Answered answered = next();
        if (answered == null) {
          continue;
        }
        if (!goesOn(answered)) {
          return taken(answered);
        }
        answered.by().refused(answered);
        keep(answered);
      }
    } catch (IOException e) {
      Answered last = kept;
      if (last == null || user.isOver() || failedHere) {
        throw explained(e);
      }
      kept = null;
      last.by().takeOver();
      return taken(last);
    } finally {
      keep(null);
    }
  }

  /** The thread is asked to stop: nothing begins any more, and the flag stays. */
  private void endIfInterrupted() throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      failedHere = true;
      throw new InterruptedIOException("interrupted");
    }
  }

  private static Response taken(Answered answered) {
    try {
      return answered.by().taken(answered);
    } catch (RuntimeException | Error e) { // of a body that an interceptor of the user's put there
      answered.by().cancel("given up by the caller");
      answered.by().abort();
      throw e;
    }
  }

  /** Null if the attempt failed and the request may go on. */
  private @Nullable Answered next() throws IOException {
    RequestBody body = request.body();
    describe();
    Attempt begun = route.next(body != null && body.contentLength() != 0);
    NodeCall attempt = new NodeCall(begun, this, false);
    try {
      return send(attempt);
    } catch (RuntimeException | Error e) {
      attempt.cancel("given up by the caller"); // a thread of a hedge could not be had, perhaps
      throw e;
    } catch (IOException e) {
      IOException told = attempt.failed(e);
      failedHere = !attempt.isNodesDoing(); // a file that can't be read, an interrupt
      if (!goesOn(attempt)) {
        throw told;
      }
      note(told);
      return null;
    }
  }

  /** Says what the request is, if anybody wants to know. */
  private void describe() {
    if (route.isObserved()) {
      String named = request.header("Host");
      String kept = shared.keepsHost() ? Members.hostHeader(request.url()) : null;
      route.about(
          new RequestDescription(
              request.method(), null, named == null ? kept : named, request.url().encodedPath()));
    }
  }

  /** For whoever hears at last that the request failed. */
  void note(IOException failure) {
    if (failures.size() < MAX_CAUSES) {
      failures.add(failure);
    }
  }

  private Answered send(NodeCall attempt) throws IOException {
    HedgeThreads threads = shared.hedges();
    Duration delay = threads == null || !leeway.hedges() ? null : route.hedgeDelay().orElse(null);
    return delay == null || threads == null
        ? attempt.send()
        : new HedgedCall(this, attempt).run(threads, delay);
  }

  /** A second attempt beside the running one; null where there is to be none. */
  @Nullable NodeCall hedge() {
    Attempt attempt = route.hedge().orElse(null);
    return attempt == null ? null : new NodeCall(attempt, this, true);
  }

  /** Whether it goes on after this failure. */
  private boolean goesOn(NodeCall failed) {
    if (!failed.isNodesDoing()) {
      return false;
    }
    if (failed.isUnseen()) {
      return !failed.isRefused() || !route.hasUntried() || route.takeRetry();
    }
    if (!leeway.repeats()) {
      return false;
    }
    boolean isFree = failed.isBroken() && ++broken <= FEW;
    return isFree || !route.hasUntried() || route.takeFailover();
  }

  /** Whether it goes on after this answer. */
  private boolean goesOn(Answered answered) {
    if (!leeway.repeats() || !answered.isErrorOfNode() || user.isOver() || !route.hasUntried()) {
      return false;
    }
    if (answered.outcome().kind() == Outcome.Kind.LOAD) {
      return route.takeRetry();
    }
    return !leeway.staysOnFault() && ++refusals <= FEW && route.takeFailover();
  }

  private void keep(@Nullable Answered answered) {
    Answered before = kept;
    kept = answered;
    if (before != null) {
      drop(before);
    }
  }

  private static void drop(Answered answered) {
    try {
      answered.response().close();
    } catch (RuntimeException e) { // the same; nobody was to see this answer
      answered.by().abort();
    }
  }

  private <E extends IOException> E explained(E e) {
    for (IOException failure : failures) {
      if (failure != e) {
        e.addSuppressed(failure);
      }
    }
    return e;
  }
}
