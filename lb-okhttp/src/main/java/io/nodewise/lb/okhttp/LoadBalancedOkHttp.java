package io.nodewise.lb.okhttp;

import io.nodewise.lb.LoadBalancer;
import java.util.Objects;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * An {@link OkHttpClient} whose requests to a cluster go to the cluster's nodes, each to the one
 * that is best just now, and move on to the next when that is safe. Works for whatever is built on
 * OkHttp, such as minio-java, and takes any client or {@code Call.Factory} the place of which a
 * client can take.
 *
 * <p>Thread-safe, as clients are. There is nothing to close: the client shares the dispatcher of
 * the one it was made from, its connections to nodes end when they are idle, and the load balancer
 * stays its builder's.
 */
public final class LoadBalancedOkHttp {
  private LoadBalancedOkHttp() {}

  /**
   * The client with balancing added below its other application interceptors; {@code client} itself
   * is unchanged. What is set on the result afterwards (interceptors, proxy, name service,
   * authenticators, TLS, protocols) is not seen by balanced requests.
   *
   * <p><b>What is balanced.</b> Requests whose scheme, host and port are those of the {@linkplain
   * LoadBalancer#logicalEndpoint() logical endpoint} or of a member; {@code bucket.host} is another
   * host. All others pass untouched, and so do upgrades such as web sockets.
   *
   * <p><b>What is sent.</b> The request as it is, to the node. Its {@code Host} stays that of the
   * request's URL, or what the request set itself, because it may be signed. {@code
   * Response.request()} is the request as it was made; {@code networkResponse().request()} is that
   * to the node, and has the {@link io.nodewise.lb.node.Node} as a tag.
   *
   * <p><b>When it moves on</b> to a node it has not been to:
   *
   * <ul>
   *   <li>nothing was sent (no connection, no such host, no TLS), or an HTTP/2 stream was refused:
   *       every request;
   *   <li>something was sent, but no answer came, or the node was found to hang: what {@linkplain
   *       Builder#repeatable may be repeated}, by default GET, HEAD and OPTIONS. Others fail,
   *       because the node may have acted on them;
   *   <li>the answer was 429 or 5xx, but for 501, 505 and 507: the same, three times at most where
   *       it is a fault, and only to a node that has not failed lately, or out of the {@linkplain
   *       io.nodewise.lb.retry.RetryBudget retry budget}. What belongs to a session moves on after
   *       429 and 503 only.
   * </ul>
   *
   * Where all fail, the caller gets the last answer there was, as it is. Where there was none, a
   * {@link io.nodewise.lb.node.NoNodeAvailableException}, with what happened at each node
   * suppressed in it; an {@link IllegalStateException} when the load balancer is closed. {@code
   * callTimeout} bounds all of it.
   *
   * <p><b>Hedging,</b> where the load balancer {@linkplain
   * io.nodewise.lb.LoadBalancerBuilder#hedging has it on}: a GET or HEAD that may be repeated,
   * belongs to no session and waits too long goes to a second node as well, by {@code execute} and
   * {@code enqueue} alike. The second attempt, with the client's network interceptors, runs on a
   * thread of its own.
   *
   * <p><b>Clocks.</b> A request may have its own, {@code request.newBuilder().tag(Timeouts.class,
   * clocks)}, in place of the load balancer's; connecting has its own rule, below.
   *
   * <p><b>TLS.</b> Where the load balancer was given {@linkplain
   * io.nodewise.lb.LoadBalancerBuilder#tls TLS settings}, balanced requests follow them, with a
   * certificate pinner and connection specs of the client's still in force (pins of the logical
   * endpoint's host hold for every node); all other requests follow the client. A client with TLS
   * of its own keeps it, for balanced requests too: one whose hostname verifier, socket factory's
   * class, trust manager's class or trusted authorities are not those of a new client. A client
   * certificate can't be told from outside; it belongs into the load balancer's settings, which the
   * probes need as well.
   *
   * <p><b>The client's settings stay</b>, with these exceptions for balanced requests:
   *
   * <ul>
   *   <li>A connection may take no longer than {@link io.nodewise.lb.retry.Timeouts#connect()}, if
   *       that is shorter. The read timeout should be longer than {@link
   *       io.nodewise.lb.retry.Timeouts#firstByte()} where slow answers are normal.
   *   <li>{@code retryOnConnectionFailure}, by which OkHttp sends a request again to the same
   *       server when a pooled connection turns out to be dead, applies to what {@linkplain
   *       Builder#repeatable may be repeated}; where nobody said what may, to GET, HEAD, OPTIONS,
   *       PUT and DELETE. A node's other addresses are tried in any case.
   *   <li>Connections to nodes have a pool for each node: up to 50 idle ones are kept, for 4 s.
   *       Those of a node that leaves the set are let go with the next request.
   *   <li>Redirects within the set are balanced again. One that leads out of it is followed without
   *       any header that might be a credential, and not at all if there is a body to send.
   *   <li>There is no response cache: it would be one for each node, and a write through one node
   *       would leave the others' stale.
   *   <li>An event listener sees the call and, within it, each attempt as a call of its own.
   *       Cookies belong to the URL that was asked for, whichever node sets them.
   * </ul>
   *
   * <p>{@code Dispatcher.maxRequestsPerHost}, 5 by default, counts what is enqueued for the logical
   * endpoint as one host: raise it to what the cluster as a whole may get.
   */
  public static OkHttpClient wrap(LoadBalancer cluster, OkHttpClient client) {
    return builder(cluster).wrap(client);
  }

  /** As {@link #wrap}, with settings. */
  public static Builder builder(LoadBalancer cluster) {
    return new Builder(cluster);
  }

  /** Settings of balanced clients. Not thread-safe; may be used several times. */
  public static final class Builder {
    private final LoadBalancer cluster;
    private @Nullable RepeatableRequests repeatable;
    private Affinity affinity = Affinity.path();

    private Builder(LoadBalancer cluster) {
      this.cluster = Objects.requireNonNull(cluster, "cluster");
    }

    /**
     * What may be sent to a second node although the first one may have acted on it. Default:
     * {@link RepeatableRequests#reads()}. For minio-java and other S3 clients {@link
     * RepeatableRequests#s3()}.
     */
    public Builder repeatable(RepeatableRequests requests) {
      repeatable = Objects.requireNonNull(requests, "requests");
      return this;
    }

    /** What requests belong to, for policies that care. Default: {@link Affinity#path()}. */
    public Builder affinity(Affinity belongsTo) {
      affinity = Objects.requireNonNull(belongsTo, "belongsTo");
      return this;
    }

    /** The client with balancing added: see {@link LoadBalancedOkHttp#wrap}. */
    public OkHttpClient wrap(OkHttpClient client) {
      Objects.requireNonNull(client, "client");
      return client
          .newBuilder()
          .addInterceptor(new BalancingInterceptor(cluster, client, repeatable, affinity))
          .build();
    }
  }
}
