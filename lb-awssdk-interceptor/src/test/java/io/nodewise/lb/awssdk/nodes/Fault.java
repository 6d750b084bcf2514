package io.nodewise.lb.awssdk.nodes;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * What a {@link FaultProxy} does to one exchange. Immutable.
 *
 * @param kind what happens
 * @param after the bytes that pass before it happens, or bytes per second, or milliseconds
 * @param answer what is said in place of the node, status line and all; empty where it has its say
 * @param request the requests it is for
 */
public record Fault(Kind kind, long after, String answer, Predicate<Request> request) {

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
    SLOW_REPLY,
    /** The connection is reset once so many bytes of the answer's body have passed. */
    RESET_BODY,
    /** The connection is closed, as if all were well, once so many bytes of the body passed. */
    CUT_BODY,
    /** Nothing comes any more once so many bytes of the answer's body have passed. */
    STALL_BODY,
    /** The body comes in chunks, of which the second, after so many bytes, is none. */
    MALFORMED_BODY,
    /** The request is taken whole, the node never sees it, and the answer is another's. */
    ANSWER_INSTEAD,
    /** The node does its work; the answer is another's. */
    ANSWER_AFTERWARDS
  }

  private Fault(Kind kind, long after) {
    this(kind, after, "", Request::isS3);
  }

  /** See {@link Kind#RESET_REQUEST}. */
  public static Fault resetRequest(long afterBytes) {
    return new Fault(Kind.RESET_REQUEST, afterBytes);
  }

  /** See {@link Kind#STALL_REQUEST}. */
  public static Fault stallRequest(long afterBytes) {
    return new Fault(Kind.STALL_REQUEST, afterBytes);
  }

  /** See {@link Kind#LOSE_REPLY}. */
  public static Fault loseReply() {
    return new Fault(Kind.LOSE_REPLY, 0);
  }

  /** See {@link Kind#RESET_REPLY}. */
  public static Fault resetReply(long afterBytes) {
    return new Fault(Kind.RESET_REPLY, afterBytes);
  }

  /** See {@link Kind#CUT_REPLY}. */
  public static Fault cutReply(long afterBytes) {
    return new Fault(Kind.CUT_REPLY, afterBytes);
  }

  /** See {@link Kind#STALL_REPLY}. */
  public static Fault stallReply(long afterBytes) {
    return new Fault(Kind.STALL_REPLY, afterBytes);
  }

  /** See {@link Kind#DELAY_REPLY}. */
  public static Fault delayReply(long millis) {
    return new Fault(Kind.DELAY_REPLY, millis);
  }

  /** See {@link Kind#SLOW_REPLY}. */
  public static Fault slowReply(long bytesPerSecond) {
    return new Fault(Kind.SLOW_REPLY, bytesPerSecond);
  }

  /** See {@link Kind#RESET_BODY}. */
  public static Fault resetBody(long afterBytes) {
    return new Fault(Kind.RESET_BODY, afterBytes);
  }

  /** See {@link Kind#CUT_BODY}. */
  public static Fault cutBody(long afterBytes) {
    return new Fault(Kind.CUT_BODY, afterBytes);
  }

  /** See {@link Kind#STALL_BODY}. */
  public static Fault stallBody(long afterBytes) {
    return new Fault(Kind.STALL_BODY, afterBytes);
  }

  /** See {@link Kind#MALFORMED_BODY}. */
  public static Fault malformedBody(long afterBytes) {
    return new Fault(Kind.MALFORMED_BODY, afterBytes);
  }

  /** See {@link Kind#ANSWER_INSTEAD}. */
  public static Fault answerInstead(int status, String body) {
    return new Fault(Kind.ANSWER_INSTEAD, 0, answer(status, body), Request::isS3);
  }

  /** See {@link Kind#ANSWER_AFTERWARDS}. */
  public static Fault answerAfterwards(int status, String body) {
    return new Fault(Kind.ANSWER_AFTERWARDS, 0, answer(status, body), Request::isS3);
  }

  /** An error document as S3 servers send it. */
  public static String error(String code) {
    return "<Error><Code>" + code + "</Code><Message>no</Message></Error>";
  }

  private static String answer(int status, String body) {
    return "HTTP/1.1 %d \r\nContent-Type: application/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
        .formatted(status, body.length(), body);
  }

  /** The answer to this request: one to HEAD has no body. */
  String answerTo(Request one) {
    return one.method().equals("HEAD")
        ? answer.substring(0, answer.indexOf("\r\n\r\n") + 4)
        : answer;
  }

  boolean onRequest() {
    return kind == Kind.RESET_REQUEST || kind == Kind.STALL_REQUEST;
  }

  /** The same for those requests only. */
  public Fault on(Predicate<Request> requests) {
    return new Fault(kind, after, answer, one -> request.test(one) && requests.test(one));
  }

  /** The same for the first such request only, wherever it comes. */
  public Fault once() {
    AtomicBoolean taken = new AtomicBoolean();
    return on(one -> taken.compareAndSet(false, true));
  }

  /** The same for some of its requests only. */
  public Fault when(Predicate<Request> some) {
    return new Fault(kind, after, answer, one -> request.test(one) && some.test(one));
  }

  /** The same for requests of this method only. */
  public Fault on(String method) {
    return on(one -> one.method().equals(method));
  }
}
