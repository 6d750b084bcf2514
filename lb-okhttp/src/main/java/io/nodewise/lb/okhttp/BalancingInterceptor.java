package io.nodewise.lb.okhttp;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.Route;
import io.nodewise.lb.hedge.HedgeThreads;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.retry.Timeouts;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import okhttp3.CookieJar;
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
 *        │                          (BalancedCall)        └── NodeCall at node 2 ── …
 *        └── canceled ── UserCall ────────┘ cancels those that run
 *
 * Why not chain.proceed() with another host. An attempt that is given up (its node hangs) must be
 * broken off while the request goes on elsewhere, and OkHttp can only break off calls: one that was
 * canceled proceeds nowhere. Closing the socket instead would take down every HTTP/2 stream on it.
 * A call per attempt also lets redirects, the cache and OkHttp's own retries differ from the
 * client's for balanced requests alone, and two of them run at once where a read is hedged.
 *
 * What it costs. The inner call is executed on the thread of the user's, so no thread is added; it
 * has a dispatcher of its own, so that the user's counts calls once. What ends with the user's call
 * must be passed on by hand: cancel (also after the headers, when the user's call is over and its
 * body is still read), and what is left of the call timeout. UserCall does both.
 *
 * Nothing sent. OkHttp's events tell how far the request came: before the last of its headers is
 * written, no server can have acted on it. So no exception is looked into to decide whether to go on,
 * see NodeCall.
 */
/** Sends balanced requests to nodes, all others on as they are. Thread-safe. */
final class BalancingInterceptor implements Interceptor {
  private static final int MAX_REDIRECTS = 20; // as OkHttp

  /** Nobody closes an {@code OkHttpClient}, so they are soon to end by themselves. */
  private static final Duration HEDGE_THREADS_IDLE = Duration.ofSeconds(2);

  private static final RepeatableRequests READS = RepeatableRequests.reads();

  /** What OkHttp may send again to the same node where nobody said what may be repeated. */
  private static final RepeatableRequests RESENT = RepeatableRequests.idempotent();

  private final LoadBalancer cluster;
  private final Members members;
  private final @Nullable RepeatableRequests repeatable; // null: nobody said
  private final Affinity affinity;
  private final Timeouts patient;
  private final Shared shared;

  BalancingInterceptor(
      LoadBalancer cluster,
      OkHttpClient client,
      @Nullable RepeatableRequests repeatable,
      Affinity affinity) {
    this.cluster = cluster;
    this.members = new Members(cluster);
    this.repeatable = repeatable;
    this.affinity = affinity;
    this.patient = patient(cluster.timeouts());
    HedgeThreads hedges =
        cluster.hedging().isOn()
            ? new HedgeThreads(cluster.logicalEndpoint().getRawAuthority(), HEDGE_THREADS_IDLE)
            : null;
    this.shared =
        new Shared(
            new NodeClients(cluster, inner(cluster, client)),
            new BrokenConnections(),
            new Answers(cluster.answerClassifier().orElse(null)),
            cluster.hostHeader() == HostHeader.LOGICAL,
            hedges);
  }

  Shared shared() {
    return shared;
  }

  private static OkHttpClient inner(LoadBalancer cluster, OkHttpClient client) {
    OkHttpClient.Builder builder = client.newBuilder();
    builder.interceptors().clear();
    builder.networkInterceptors().add(0, HiddenRetryAfter::hide);
    cluster.tls().ifPresent(tls -> NodeTls.apply(tls, client, builder));
    return builder
        .addInterceptor(AttemptSettings::apply)
        .followRedirects(false)
        .cache(null)
        .cookieJar(CookieJar.NO_COOKIES)
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
    shared.clients().forgetRemoved();
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

  private Response balance(Chain chain, UserCall call, Request made) throws IOException {
    CookieJar jar = chain.getCookieJar();
    Request request = Cookies.with(jar, made);
    Affinity sorted = affinityOf(request);
    String session = cluster.usesAffinity() ? sorted.to(request) : null;
    RepeatableRequests said = said(request);
    boolean mayRepeat = isRepeatable(request, said == null ? READS : said);
    boolean mayResend = said == null ? isRepeatable(request, RESENT) : mayRepeat;
    AttemptSettings settings = AttemptSettings.of(chain, mayResend, cluster.timeouts().connect());
    boolean isOfSession = session != null && sorted != PathAffinity.PATH;
    Leeway leeway = Leeway.of(request.method(), mayRepeat, isOfSession);
    Route route = route(request, session, mayRepeat, isOfSession);
    Response response =
        new BalancedCall(shared, call, made, request, settings, route, leeway).run();
    try {
      Cookies.save(jar, made.url(), response);
      if (session != null && sorted instanceof SessionCookie cookie) {
        cookie.learn(session, made.url(), response);
      }
    } catch (RuntimeException | Error e) { // of the user's cookie jar
      response.close();
      throw e;
    }
    return response;
  }

  private Route route(
      Request request, @Nullable String session, boolean mayRepeat, boolean isOfSession) {
    // A read that is not to be sent twice must not be left early for another node either.
    boolean isRead = mayRepeat && NodeCall.isRead(request.method());
    RequestHint kind = isRead ? RequestHint.read() : RequestHint.write();
    RequestHint hint = session == null ? kind : kind.withAffinity(session);
    Timeouts own = request.tag(Timeouts.class);
    if (isOfSession) {
      return cluster.route(hint, own == null ? patient : patient(own));
    }
    return own == null ? cluster.route(hint) : cluster.route(hint, own);
  }

  /** No read of a session leaves its node for being slow: another one does not know the session. */
  private static Timeouts patient(Timeouts clocks) {
    return Timeouts.builder()
        .connect(clocks.connect())
        .sendStall(clocks.sendStall())
        .firstByte(clocks.firstByte())
        .bodyIdle(clocks.bodyIdle())
        .suspicion(clocks.suspicion())
        .readPatience(0)
        .build();
  }

  private Affinity affinityOf(Request request) {
    Affinity own = request.tag(Affinity.class);
    return own == null ? affinity : own;
  }

  private @Nullable RepeatableRequests said(Request request) {
    RepeatableRequests own = request.tag(RepeatableRequests.class);
    return own == null ? repeatable : own;
  }

  private static boolean isRepeatable(Request request, RepeatableRequests which) {
    RequestBody body = request.body();
    boolean isReplayable = body == null || !(body.isOneShot() || body.isDuplex());
    return isReplayable && which.isRepeatable(request);
  }

  @Override
  public String toString() {
    return "BalancingInterceptor[" + cluster + "]";
  }
}
