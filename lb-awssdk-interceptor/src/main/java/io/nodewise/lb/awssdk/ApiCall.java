package io.nodewise.lb.awssdk;

import io.nodewise.lb.Route;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * One call of the S3 client, across its attempts. The SDK runs the attempts of a call one after
 * another and hands the call from one to the next, so only one thread is here at a time.
 */
final class ApiCall {
  /** How often an answer of 500, 502 or 504 is taken to another node at once. */
  private static final int FREE_ANSWERED_FAILOVERS = 3;

  static final String BUDGET_SPENT = "the nodes ask for less, and the retry budget is spent";

  static final String NOT_TWICE =
      "the request may have been carried out, and carrying it out twice would do harm";

  private final Operation operation;
  private final @Nullable SdkRequest request;
  private final Route route;
  private final long beganMillis; // of writes
  private @Nullable String id;
  private @Nullable RequestBody body;
  private @Nullable Signing<?> signing;
  private @Nullable NodeFailedException lastFailure;
  private boolean replyLost;
  private boolean answered;
  private boolean faulted;
  private boolean overloaded;
  private boolean firstRound = true;
  private int answeredFailovers;
  private int retries; // that the retry strategy granted

  ApiCall(Operation operation, @Nullable SdkRequest request, Route route) {
    this.operation = operation;
    this.request = request;
    this.route = route;
    // Nothing that a read found is ever held against what was stored since.
    this.beganMillis = operation.isRead() ? 0 : System.currentTimeMillis();
  }

  Operation operation() {
    return operation;
  }

  @Nullable SdkRequest request() {
    return request;
  }

  Route route() {
    return route;
  }

  /** When a write began, by the wall clock, as servers tell the age of what they store. */
  Instant began() {
    return Instant.ofEpochMilli(beganMillis);
  }

  /** What it is filed under; null before its first attempt. */
  @Nullable String id() {
    return id;
  }

  void id(String invocation) {
    id = invocation;
  }

  @Nullable RequestBody body() {
    return body;
  }

  void body(@Nullable RequestBody raw) {
    body = raw;
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
    return replyLost;
  }

  /** An attempt begins that the SDK decided on: if every node has had its turn, all get another. */
  void beginAttempt() {
    faulted = false;
    overloaded = false;
    if (route.attempts() > 0 && !route.hasUntried()) {
      firstRound = false;
      route.newRound();
    }
  }

  /** The attempt failed after bytes were sent, and nothing, or not all, of an answer came. */
  NodeFailedException lostReply(NodeFailedException failure) {
    lastFailure = failure;
    faulted = true;
    answered = false;
    replyLost = true;
    return failure;
  }

  /** The caller gave the attempt up before an answer came. That is nobody's fault. */
  void unheard() {
    faulted = false;
    replyLost = true;
  }

  /** The node answered that it failed. It may have carried out the request all the same. */
  void answeredFault() {
    faulted = true;
    answered = true;
    replyLost = true;
  }

  /** The node answered by asking for less. */
  void answeredLoad() {
    overloaded = true;
  }

  /**
   * Whether the retry strategy may be asked for one more attempt of so many: not where the nodes
   * ask for less and the retry budget is spent. Takes from the budget; where the attempts are used
   * up, nothing, as the strategy will refuse anyway.
   */
  boolean takeRetry(int maxAttempts) {
    return !overloaded || retries + 1 >= maxAttempts || route.takeRetry();
  }

  /** The retry strategy granted one more attempt. */
  void retried() {
    retries++;
  }

  /**
   * Whether the call may go on at another node at once, asking nobody's token bucket. Bounded by
   * the nodes, each of which gets one such try; answers, of which a poisonous request may get the
   * same everywhere, by a small number.
   */
  boolean takeFreeFailover() {
    if (!faulted || !firstRound || !operation.isRepeatable() || !route.hasUntried()) {
      return false;
    }
    return !answered || ++answeredFailovers <= FREE_ANSWERED_FAILOVERS;
  }

  /** Whether sending it again could do harm. */
  boolean mustNotRepeat() {
    return replyLost && !operation.isRepeatable();
  }
}
