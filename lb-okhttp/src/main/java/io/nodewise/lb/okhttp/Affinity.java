package io.nodewise.lb.okhttp;

import java.util.Objects;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * Says what a request belongs to, for {@linkplain io.nodewise.lb.routing.BalancingPolicy policies}
 * that keep together what belongs together: {@code sticky()} a session, {@code rendezvous()} an
 * object. Asked once for each request and each redirect, on its thread, and only under such a
 * policy; implementations are thread-safe.
 *
 * <p>What belongs to something other than its path is never hedged, does not leave a slow node
 * early, and is not moved by an error of its node but 429 and 503: another node would not know the
 * session.
 *
 * <p>For a single request: {@code request.newBuilder().tag(Affinity.class,
 * Affinity.of("tenant-7"))}.
 */
@FunctionalInterface
public interface Affinity {

  /** What the request belongs to; null for nothing, so that any node will do. */
  @Nullable String to(Request request);

  /** The path of its URL, which is bucket and key in S3: the default. */
  static Affinity path() {
    return PathAffinity.PATH;
  }

  /** The value of a header, such as a session's id that the client gives out. */
  static Affinity header(String name) {
    Objects.requireNonNull(name, "name");
    return request -> request.header(name);
  }

  /**
   * The value of a cookie, wherever it comes from: the request's own {@code Cookie} header or the
   * client's cookie jar. A session that a node begins by setting the cookie belongs to that node
   * from then on, and stays with it when the cookie is renewed. Remembers up to 100,000 sessions;
   * one object serves one cluster. Only the object itself learns: wrapped in a lambda, it hears of
   * no answer.
   */
  static Affinity cookie(String name) {
    return new SessionCookie(name);
  }

  /** The same for all: for a request's tag. */
  static Affinity of(String belongsTo) {
    Objects.requireNonNull(belongsTo, "belongsTo");
    return request -> belongsTo;
  }
}
