package io.nodewise.lb.awssdk.nodes;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * What a {@link FaultProxy} does to one exchange. Immutable.
 *
 * @param kind what happens
 * @param after the bytes that pass before it happens, or bytes per second, or milliseconds
 * @param request the requests it is for
 */
public record Fault(Kind kind, long after, Predicate<Request> request) {

  /** What happens. */
  public enum Kind {
    /** The connection is reset once so many bytes of the request have gone to the node. */
    RESET_REQUEST,
    /** No more is taken once so many bytes of the request have gone to the node. */
    STALL_REQUEST,
    /** The node does its work; its answer is dropped and the connection reset. */
    LOSE_REPLY,
    /** The connection is reset once so many bytes of the answer have passed. */
    RESET_REPLY,
    /** The connection is closed, as if all were well, once so many bytes of the answer passed. */
    CUT_REPLY,
    /** Nothing comes any more once so many bytes of the answer have passed. */
    STALL_REPLY,
    /** The answer begins so many milliseconds late. */
    DELAY_REPLY,
    /** The answer comes at so many bytes a second. */
    SLOW_REPLY
  }

  /** See {@link Kind#RESET_REQUEST}. */
  public static Fault resetRequest(long afterBytes) {
    return new Fault(Kind.RESET_REQUEST, afterBytes, Request::isS3);
  }

  /** See {@link Kind#STALL_REQUEST}. */
  public static Fault stallRequest(long afterBytes) {
    return new Fault(Kind.STALL_REQUEST, afterBytes, Request::isS3);
  }

  /** See {@link Kind#LOSE_REPLY}. */
  public static Fault loseReply() {
    return new Fault(Kind.LOSE_REPLY, 0, Request::isS3);
  }

  /** See {@link Kind#RESET_REPLY}. */
  public static Fault resetReply(long afterBytes) {
    return new Fault(Kind.RESET_REPLY, afterBytes, Request::isS3);
  }

  /** See {@link Kind#CUT_REPLY}. */
  public static Fault cutReply(long afterBytes) {
    return new Fault(Kind.CUT_REPLY, afterBytes, Request::isS3);
  }

  /** See {@link Kind#STALL_REPLY}. */
  public static Fault stallReply(long afterBytes) {
    return new Fault(Kind.STALL_REPLY, afterBytes, Request::isS3);
  }

  /** See {@link Kind#DELAY_REPLY}. */
  public static Fault delayReply(long millis) {
    return new Fault(Kind.DELAY_REPLY, millis, Request::isS3);
  }

  /** See {@link Kind#SLOW_REPLY}. */
  public static Fault slowReply(long bytesPerSecond) {
    return new Fault(Kind.SLOW_REPLY, bytesPerSecond, Request::isS3);
  }

  boolean onRequest() {
    return kind == Kind.RESET_REQUEST || kind == Kind.STALL_REQUEST;
  }

  /** The same for the first such request only, wherever it comes. */
  public Fault once() {
    AtomicBoolean taken = new AtomicBoolean();
    return new Fault(kind, after, one -> request.test(one) && taken.compareAndSet(false, true));
  }

  /** The same for requests of this method only. */
  public Fault on(String method) {
    return new Fault(kind, after, one -> one.isS3() && one.method().equals(method));
  }
}
