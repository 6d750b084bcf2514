package io.nodewise.lb.okhttp;

import io.nodewise.lb.LoadBalancer;
import java.util.Objects;
import okhttp3.OkHttpClient;

/**
 * An {@link OkHttpClient} whose requests to a cluster go to the cluster's nodes, each to the one
 * that is best just now, and move on to the next when that is safe. Works for whatever is built on
 * OkHttp, such as minio-java.
 *
 * <p>Thread-safe, as clients are. There is nothing to close: the client shares the connection pool
 * and the dispatcher of the one it was made from, and the load balancer stays its builder's.
 */
public final class LoadBalancedOkHttp {
  private LoadBalancedOkHttp() {}

  /**
   * The client with balancing added below its other application interceptors; {@code client} itself
   * is unchanged. Interceptors added to the result afterwards are not seen by balanced requests.
   *
   * <p><b>What is balanced.</b> Requests whose scheme, host and port are those of the {@linkplain
   * LoadBalancer#logicalEndpoint() logical endpoint} or of a member; {@code bucket.host} is another
   * host. All others pass untouched, and so do upgrades such as web sockets.
   *
   * <p><b>What is sent.</b> The request as it is, to the node. Its {@code Host} stays that of the
   * request's URL, or what the request set itself, because it may be signed. {@code
   * Response.request()} is the request as it was made; {@code networkResponse().request().url()}
   * names the node.
   *
   * <p><b>When it moves on</b> to a node it has not been to:
   *
   * <ul>
   *   <li>nothing was sent (no connection, no such host, no TLS): every request, until what was
   *       spent on connecting exceeds the client's connect timeout;
   *   <li>something was sent, but no answer came, or the node was found to hang: GET, HEAD and
   *       OPTIONS. Others fail, because the node may have acted on them.
   * </ul>
   *
   * An answer is an answer: 500 or 503 count against the node and go to the caller as they are.
   * When no node is left, the caller gets a {@link io.nodewise.lb.node.NoNodeAvailableException};
   * an {@link IllegalStateException} when the load balancer is closed.
   *
   * <p><b>Clocks.</b> A request may have its own, {@code request.newBuilder().tag(Timeouts.class,
   * clocks)}, in place of the load balancer's; connecting has its own rule, below.
   *
   * <p><b>TLS.</b> Where the load balancer was given {@linkplain
   * io.nodewise.lb.LoadBalancerBuilder#tls TLS settings}, balanced requests follow them, with a
   * certificate pinner and connection specs of the client's still in force; all other requests
   * follow the client. A client with TLS of its own keeps it, for balanced requests too: one whose
   * hostname verifier, socket factory's class, trust manager's class or trusted authorities are not
   * those of a new client. A client certificate can't be told from outside; it belongs into the
   * load balancer's settings, which the probes need as well.
   *
   * <p><b>The client's settings stay</b>, with these exceptions for balanced requests:
   *
   * <ul>
   *   <li>A connection may take no longer than {@link io.nodewise.lb.retry.Timeouts#connect()}, if
   *       that is shorter. The read timeout should be longer than {@link
   *       io.nodewise.lb.retry.Timeouts#firstByte()} where slow answers are normal.
   *   <li>{@code retryOnConnectionFailure}, by which OkHttp sends a request again to the same
   *       server when a pooled connection turns out to be dead, applies to GET, HEAD, OPTIONS, PUT
   *       and DELETE only. A node's other addresses are tried in any case.
   *   <li>Redirects within the set are balanced again. One that leads out of it is followed without
   *       any header that might be a credential, and not at all if there is a body to send.
   *   <li>There is no response cache: it would be one for each node, and a write through one node
   *       would leave the others' stale.
   *   <li>An event listener sees the call and, within it, each attempt as a call of its own.
   *       Cookies belong to the node that set them.
   * </ul>
   *
   * <p>{@code Dispatcher.maxRequestsPerHost}, 5 by default, counts what is enqueued for the logical
   * endpoint as one host: raise it to what the cluster as a whole may get.
   */
  public static OkHttpClient wrap(LoadBalancer cluster, OkHttpClient client) {
    Objects.requireNonNull(cluster, "cluster");
    Objects.requireNonNull(client, "client");
    return client.newBuilder().addInterceptor(new BalancingInterceptor(cluster, client)).build();
  }
}
