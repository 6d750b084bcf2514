package io.nodewise.lb.okhttp;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.Route;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.retry.Timeouts;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.Dispatcher;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/*
 * The user's call ends here; each attempt is a call of its own, by an inner client:
 *
 *   user's call ── interceptors ── BalancingInterceptor ──┬── NodeCall at node 1 ── OkHttp ── wire
 *        │                                │               └── NodeCall at node 2 ── …
 *        └── canceled ── UserCall ────────┘ cancels the one that runs
 *
 * Why not chain.proceed() with another host. An attempt that is given up (its node hangs) must be
 * broken off while the request goes on elsewhere, and OkHttp can only break off calls: one that was
 * canceled proceeds nowhere. Closing the socket instead would take down every HTTP/2 stream on it.
 * A call per attempt also lets redirects, the cache and OkHttp's own retries differ from the
 * client's for balanced requests alone.
 *
 * What it costs. The inner call is executed on the thread of the user's, so no thread is added; it
 * has a dispatcher of its own, so that the user's counts calls once. What ends with the user's call
 * must be passed on by hand: cancel (also after the headers, when the user's call is over and its
 * body is still read), and what is left of the call timeout. UserCall does both.
 *
 * Nothing sent. OkHttp's events tell how far the request came: before the last of its headers is
 * written, no server can have acted on it. So no exception is looked into to decide whether to go on,
 * see NodeCall.
 *
 * Hedging will need two inner calls at once and belongs above this, in a Call.Factory.
 */
/** Sends balanced requests to nodes, all others on as they are. Thread-safe. */
final class BalancingInterceptor implements Interceptor {
  private static final int MAX_REDIRECTS = 20; // as OkHttp

  /** A cause for each node is enough up to here; a set may have a thousand. */
  private static final int MAX_CAUSES = 8;

  private final LoadBalancer cluster;
  private final Members members;
  private final OkHttpClient inner;

  BalancingInterceptor(LoadBalancer cluster, OkHttpClient client) {
    this.cluster = cluster;
    this.members = new Members(cluster);
    OkHttpClient.Builder builder = client.newBuilder();
    builder.interceptors().clear();
    cluster.tls().ifPresent(tls -> NodeTls.apply(tls, client, builder));
    this.inner =
        builder
            .addInterceptor(AttemptSettings::apply)
            .followRedirects(false)
            .cache(null)
            .callTimeout(0, TimeUnit.MILLISECONDS)
            .dispatcher(new Dispatcher())
            .build();
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Request request = chain.request();
    if (!members.contains(request.url()) || request.header("Upgrade") != null) {
      return chain.proceed(request);
    }
    UserCall call = UserCall.of(chain.call());
    for (int redirects = 0; ; redirects++) {
      Response response = balance(chain, call, request);
      Request next = Redirects.next(request, response, chain);
      if (next == null) {
        return response;
      }
      boolean inside = members.contains(next.url());
      if (!inside && next.body() != null) {
        return response;
      }
      response.close();
      if (redirects == MAX_REDIRECTS) {
        throw new ProtocolException("Too many follow-up requests: " + (redirects + 1));
      }
      if (!inside) {
        return chain.proceed(Redirects.withoutCredentials(next));
      }
      request = next;
    }
  }

  /** Walks the nodes until one answers. */
  private Response balance(Chain chain, UserCall call, Request request) throws IOException {
    AttemptSettings settings = AttemptSettings.of(chain, cluster.timeouts().connect());
    long connectBudget = TimeUnit.MILLISECONDS.toNanos(chain.connectTimeoutMillis());
    long connecting = 0;
    List<IOException> failures = new ArrayList<>(0);
    RequestHint hint = NodeCall.isSafe(request.method()) ? RequestHint.read() : RequestHint.write();
    Timeouts own = request.tag(Timeouts.class);
    RequestHint full =
        cluster.usesAffinity() ? hint.withAffinity(request.url().encodedPath()) : hint;
    Route route = own == null ? cluster.route(full) : cluster.route(full, own);
    while (true) {
      NodeCall attempt = new NodeCall(next(route, request.body(), failures), request, call);
      long began = System.nanoTime();
      try {
        return attempt.execute(inner, settings);
      } catch (IOException e) {
        if (!attempt.isConnected()) {
          connecting += System.nanoTime() - began;
        }
        if (!attempt.mayGoOn() || (connectBudget > 0 && connecting > connectBudget)) {
          throw explained(e, failures);
        }
        if (failures.size() < MAX_CAUSES) {
          failures.add(e);
        }
      }
    }
  }

  private static Attempt next(Route route, @Nullable RequestBody body, List<IOException> failures)
      throws IOException {
    try {
      return route.next(body != null && body.contentLength() != 0);
    } catch (NoNodeAvailableException e) {
      throw explained(e, failures);
    }
  }

  private static <E extends IOException> E explained(E e, List<IOException> failures) {
    for (IOException failure : failures) {
      if (failure != e) {
        e.addSuppressed(failure);
      }
    }
    return e;
  }

  @Override
  public String toString() {
    return "BalancingInterceptor[" + cluster + "]";
  }
}
