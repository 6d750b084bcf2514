package io.nodewise.lb.awssdk;

import io.nodewise.lb.Route;
import io.nodewise.lb.retry.UnsafeRepeats;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;

/**
 * One call of the S3 client, across its attempts. The SDK runs the attempts of a call one after
 * another and hands the call from one to the next, so only one thread is here at a time.
 */
final class ApiCall {
  /** How often it goes to another node at once before that becomes a question of load. */
  private static final int FEW = 3;

  /**
   * How often a connection that may have been stale is replaced at once. After a restart of the
   * whole cluster all that are pooled are: of a busy pool a call meets two or three in a row,
   * seldom eight.
   */
  private static final int FREE_REPLACEMENTS = 16;

  static final String BUDGET_SPENT = "the nodes ask for less, and the retry budget is spent";

  private final Operation operation;
  private final @Nullable SdkRequest request;
  private final Route route;
  private final UnsafeRepeats unsafeRepeats;
  private final long beganNanos; // of writes
  private @Nullable String id;
  private @Nullable Content body;
  private @Nullable Runnable leave; // the last attempt of the SDK
  private @Nullable Signing<?> signing;
  private @Nullable NodeFailedException lastFailure;
  private String lastCode = "";
  private Failure lastError = Failure.callers();
  private boolean unheard; // the attempt that the SDK decided on last
  private int lostReplies;
  private boolean answered;
  private boolean faulted;
  private boolean overloaded;
  private boolean oddlyOverloaded; // the same, said by what the SDK takes for final
  private boolean firstRound = true;
  private boolean excused;
  private boolean clockDoubted;
  private int replacements;
  private int freeFailovers; // that were asked for
  private int retries; // that the retry strategy granted
  private int resumes;

  ApiCall(
      Operation operation, @Nullable SdkRequest request, Route route, UnsafeRepeats unsafeRepeats) {
    this.operation = operation;
    this.request = request;
    this.route = route;
    this.unsafeRepeats = unsafeRepeats;
    // Nothing that a read found is ever held against what was stored since.
    this.beganNanos = operation.isRead() ? 0 : System.nanoTime();
  }

  Operation operation() {
    return operation;
  }

  @Nullable SdkRequest request() {
    return request;
  }

  /** What it is about, as bucket and key; null where it is about no object. */
  @Nullable String key() {
    return request == null ? null : operation.subject().of(request);
  }

  /** Whether it may be sent to a second node while the first one is silent. */
  boolean isHedgeable() {
    return operation.isHedgeable();
  }

  Route route() {
    return route;
  }

  /** What its user wants to be done if it is not safe to send it again. */
  UnsafeRepeats unsafeRepeats() {
    return unsafeRepeats;
  }

  /** When a write began. */
  Beginning began() {
    return new Beginning(beganNanos);
  }

  /** What it is filed under; null before its first attempt. */
  @Nullable String id() {
    return id;
  }

  void id(String invocation) {
    id = invocation;
  }

  @Nullable Content body() {
    return body;
  }

  void body(@Nullable Content raw) {
    body = raw;
  }

  /** An attempt of the SDK begins that may be under way when the SDK begins the next. */
  void leftBy(Runnable leaving) {
    leave = leaving;
  }

  /** The SDK is about to begin another attempt: the last one is over when this returns. */
  void leaveLast() {
    Runnable last = leave;
    leave = null;
    if (last != null) {
      last.run();
    }
  }

  /** How its last attempt was signed; null if nobody noted it. */
  @Nullable Signing<?> signing() {
    return signing;
  }

  void signing(@Nullable Signing<?> noted) {
    signing = noted;
  }

  /** How the last attempt on a node failed, for those who can't repeat it. */
  @Nullable NodeFailedException lastFailure() {
    return lastFailure;
  }

  /** Whether an attempt may have been carried out without our hearing of it. */
  boolean isReplyLost() {
    return lostReplies > 0;
  }

  /** How many attempts may have been carried out so. */
  int lostReplies() {
    return lostReplies;
  }

  /** An attempt begins that the SDK decided on: if every node has had its turn, all get another. */
  void beginAttempt() {
    faulted = false;
    overloaded = false;
    oddlyOverloaded = false;
    if (route.attempts() > 0 && !route.hasUntried()) {
      firstRound &= excused;
      route.newRound();
    }
    excused = false;
    unheard = false;
  }

  /** The attempt failed after bytes were sent, and nothing, or not all, of an answer came. */
  NodeFailedException lostReply(NodeFailedException failure) {
    lastFailure = failure;
    failed(Failure.Kind.NO_ANSWER);
    return failure;
  }

  /** The node turned the request away for a reason of its own: it has not carried it out. */
  NodeFailedException turnedAway(NodeFailedException failure) {
    lastFailure = failure;
    faulted = true;
    answered = true;
    return failure;
  }

  /** Whether a node may be turned away because of its clock: once, then it may be ours. */
  boolean takeDoubtOfClock() {
    boolean isFirst = !clockDoubted;
    clockDoubted = true;
    return isFirst;
  }

  /** The attempt whose reply was lost may have had no more than a stale connection. */
  void excused() {
    excused = true;
  }

  /** The caller gave the attempt up before an answer came. That is nobody's fault. */
  void unheard() {
    failed(Failure.Kind.CANCELLED);
  }

  /**
   * The node answered with an error.
   *
   * @param meant the answer
   * @param failure how it is taken, which a user's classifier may have said
   * @param code what S3 calls it, or an empty string
   * @param said the same for those who can't repeat it; null where nobody will
   */
  void answeredError(
      Answer meant, Failure failure, String code, @Nullable NodeFailedException said) {
    lastCode = code;
    lastError = failure;
    lastFailure = said == null ? lastFailure : said;
    failed(failure.kind());
    oddlyOverloaded = failure.kind() == Failure.Kind.LOAD && !meant.isRepeatedBySdk();
    Failure byRule = meant.failure(code);
    boolean isFault = byRule != null && byRule.kind() == Failure.Kind.FAULT;
    if (isFault && failure.kind() == Failure.Kind.CALLERS) {
      lost(); // that its node is well does not say that nothing was carried out
    }
  }

  /** The S3 code of the last error that was answered, or an empty string. */
  String lastCode() {
    return lastCode;
  }

  /** How that error was taken. */
  Failure lastError() {
    return lastError;
  }

  /** What a kind of failure means for the call; the only place that knows. */
  private void failed(Failure.Kind kind) {
    switch (kind) {
      case NO_ANSWER -> {
        faulted = true;
        answered = false;
        lost();
      }
      case FAULT -> {
        faulted = true;
        answered = true;
        lost(); // it may have been carried out all the same
      }
      case LOAD -> overloaded = true;
      case CANCELLED -> {
        faulted = false;
        lost();
      }
      case NOTHING_SENT, CALLERS, LOCAL_BODY -> {}
    }
  }

  /** Counted once for an attempt: of those that it tried before, nothing was sent. */
  private void lost() {
    if (!unheard) {
      unheard = true;
      lostReplies++;
    }
  }

  /**
   * Whether the retry strategy may be asked for one more attempt of so many: not where the nodes
   * ask for less and the retry budget is spent. Takes from the budget; where the attempts are used
   * up, nothing, as the strategy will refuse anyway.
   */
  boolean takeRetry(int maxAttempts) {
    return !overloaded || oddlyOverloaded || retries + 1 >= maxAttempts || route.takeRetry();
  }

  /** How often a node was asked for the rest of a download and heard it, in all attempts. */
  int resumes() {
    return resumes;
  }

  /** It was asked once more. */
  void resumed() {
    resumes++;
  }

  /** The retry strategy granted one more attempt. */
  void retried() {
    retries++;
  }

  /**
   * Whether the call may go on at another node at once, asking nobody's token bucket. Each node
   * gets one such try at most. Where all nodes left have failed lately it is the cluster that
   * fails, and what more is sent is load: as far as the retry budget goes, and then it is the retry
   * strategy's to decide. A connection that broke is no work for a node, so the first few of those
   * are free whatever there is left; of answers a poisonous request may get the same everywhere, so
   * there are few at all. After a stale connection it may go on at the same node, if there is no
   * other. A node that asks for less in words that the retry strategy takes for final is left as
   * far as the retry budget goes.
   */
  boolean takeFreeFailover() {
    if (oddlyOverloaded) {
      return route.hasUntried() && route.takeRetry();
    }
    if (excused && isRepeatable() && replacements < FREE_REPLACEMENTS) {
      replacements++;
      return true;
    }
    if (!faulted || !firstRound || !isRepeatable() || !route.hasUntried()) {
      return false;
    }
    freeFailovers++;
    boolean isFew = freeFailovers <= FEW;
    return answered ? isFew && route.takeFailover() : isFew || route.takeFailover();
  }

  private boolean isRepeatable() {
    return switch (unsafeRepeats) {
      case CONFIRM -> operation.repeat().isRepeated();
      case REFUSE -> operation.repeat().isSafe();
      case ALLOW -> true;
    };
  }

  /** Whether it may have been carried out, and is not to be sent again for that. */
  boolean mustNotRepeat() {
    return isReplyLost() && !isRepeatable();
  }

  /** Why it is not sent again, where it must not be. */
  String whyNotRepeated() {
    return operation
        + " is not sent again, because it may have been carried out: "
        + (operation.repeat().isRepeated()
            ? "UnsafeRepeats.REFUSE is set, and a repeat of it is not safe"
            : "a second time would do harm");
  }
}
