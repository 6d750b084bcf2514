package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.retry.UnsafeRepeats;
import java.net.URI;
import java.util.Objects;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * S3 clients of the AWS SDK whose every attempt goes to a healthy node of a {@link LoadBalancer}.
 *
 * <p>Thread-safe, as are the clients; a builder is not. Closing a client leaves the load balancer
 * open: whoever built it closes it, after the clients.
 */
public final class LoadBalancedS3 {

  /**
   * What a request belongs to, for policies that care ({@link
   * io.nodewise.lb.routing.BalancingPolicy#sticky}, {@link
   * io.nodewise.lb.routing.BalancingPolicy#rendezvous}): {@code request.overrideConfiguration(o ->
   * o.putExecutionAttribute(LoadBalancedS3.AFFINITY, "tenant-7"))}. Default: its bucket and key;
   * nothing where it has no key.
   */
  public static final ExecutionAttribute<String> AFFINITY =
      new ExecutionAttribute<>("io.nodewise.lb.awssdk.Affinity");

  /**
   * What is done with a request that it is not safe to send again, in place of what the load
   * balancer {@linkplain io.nodewise.lb.LoadBalancerBuilder#unsafeRepeats says for all}: {@code
   * request.overrideConfiguration(o -> o.putExecutionAttribute(LoadBalancedS3.UNSAFE_REPEATS,
   * UnsafeRepeats.REFUSE))}.
   */
  public static final ExecutionAttribute<UnsafeRepeats> UNSAFE_REPEATS =
      new ExecutionAttribute<>("io.nodewise.lb.awssdk.UnsafeRepeats");

  /**
   * The clocks of one request, in place of the load balancer's: {@code
   * request.overrideConfiguration(o -> o.putExecutionAttribute(LoadBalancedS3.TIMEOUTS,
   * Timeouts.builder().firstByte(Duration.ofMinutes(5)).build()))}, for what takes long by its
   * nature, such as the copy of a large object; on a client builder's {@code overrideConfiguration}
   * those of all requests of that client. They replace all clocks at once but {@link
   * Timeouts#connect()}, which is the HTTP client's and has no effect here. Default: {@link
   * LoadBalancer#timeouts()}.
   *
   * <p>{@link Timeouts#firstByte()} and {@link Timeouts#bodyIdle()} may be fifteen minutes at most,
   * or as long as the load balancer's own where those are longer: the connections wait no longer. A
   * request with longer ones is refused with an {@link IllegalArgumentException}. An HTTP client of
   * the caller's, of which nobody knows how long it waits, takes any; its read timeout, as that of
   * a builder where he set one, ends what is silent for longer whatever is said here.
   */
  public static final ExecutionAttribute<Timeouts> TIMEOUTS =
      new ExecutionAttribute<>("io.nodewise.lb.awssdk.Timeouts");

  private LoadBalancedS3() {}

  /**
   * An ordinary builder, ready wired: endpoint (the logical one, path style), HTTP client (Apache
   * 4), failover. Every setter may be called as usual and none removes the balancing:
   *
   * <ul>
   *   <li>an HTTP client or builder becomes what the balancer sends through. A client stays the
   *       caller's to close, a builder's client is closed with the S3 client. Clients that send no
   *       {@code Host} of ours (the JDK's {@code UrlConnectionHttpClient}) are refused by {@code
   *       build()} with an {@link IllegalArgumentException}, unless requests name their nodes
   *       ({@link io.nodewise.lb.node.HostHeader#NODE});
   *   <li>interceptors, time-outs, plugins and metrics are added to ours;
   *   <li>a retry strategy is asked for every retry that is not a move to an untried node; one of a
   *       single attempt switches those moves off too, except where nothing had been sent;
   *   <li>an endpoint override is what is signed as {@code Host}; where the requests go is the
   *       balancer's to say.
   * </ul>
   *
   * <p><b>TLS.</b> The HTTP client made by default speaks it as {@link
   * io.nodewise.lb.LoadBalancerBuilder#tls} says. A client or builder of the caller's has its own,
   * to which {@link io.nodewise.lb.node.ClusterTls} lends its trust and key managers.
   *
   * <p>Where neither the builder nor the environment names a region, {@code us-east-1} is signed,
   * which S3-compatible servers take by default.
   *
   * @throws IllegalStateException if {@code cluster} is closed
   */
  public static S3ClientBuilder builder(LoadBalancer cluster) {
    return BalancedBuilder.of(Objects.requireNonNull(cluster, "cluster"));
  }

  /**
   * An ordinary builder of an ordinary presigner, whose URLs name the {@linkplain
   * LoadBalancer#logicalEndpoint() logical endpoint}: for whoever reaches the nodes by that name,
   * as by a proxy, a DNS entry, or a balancer of his own that keeps the {@code Host}. By default
   * that is the first node's name, and such a URL is good at that node alone.
   *
   * <p>Path style and region have the defaults of {@link #builder(LoadBalancer)}; all setters may
   * be called as usual. A presigner sends nothing: whoever opens its URLs is not balanced.
   *
   * @throws IllegalStateException if {@code cluster} is closed
   */
  public static S3Presigner.Builder presigner(LoadBalancer cluster) {
    return PresignerBuilder.of(Objects.requireNonNull(cluster, "cluster"));
  }

  /**
   * The same for URLs that name one node, for whoever reaches the nodes themselves: one of {@link
   * LoadBalancer#nodes()}, or one that is healthy just now, by {@link LoadBalancer#pick}. Such a
   * URL is good at that node alone, and for as long as that one lives: take it for URLs that are
   * used soon, each with a node picked anew.
   *
   * @throws IllegalArgumentException if {@code node} is no member of the cluster
   * @throws IllegalStateException if {@code cluster} is closed
   */
  public static S3Presigner.Builder presigner(LoadBalancer cluster, Node node) {
    return PresignerBuilder.of(
        Objects.requireNonNull(cluster, "cluster"), Objects.requireNonNull(node, "node"));
  }

  /**
   * The same for an asynchronous client: what is said of {@link #builder} holds here, too, but for
   * hedging, of which there is none. The HTTP client made by default is Netty's, which must be on
   * the class path ({@code software.amazon.awssdk:netty-nio-client}); any other, such as {@code
   * AwsCrtAsyncHttpClient}, may be given. {@code multipartEnabled(true)} spreads the parts of large
   * objects over the nodes, and each of them fails over by itself; a transfer manager takes such a
   * client.
   *
   * <p>{@code S3AsyncClient.crtBuilder()}, and a transfer manager made with it, can't be balanced:
   * it signs, repeats and connects in native code, where there is no room for a balancer.
   *
   * <p>No thread of the HTTP client ever waits for a place on a node, nor for the questions after a
   * lost reply; a few threads of ours do, see the documentation. Where a body can't be subscribed
   * to a second time (a stream, or a publisher of one use), a request that would have to be sent
   * again fails, and says so.
   *
   * @throws IllegalStateException if {@code cluster} is closed
   */
  public static S3AsyncClientBuilder asyncBuilder(LoadBalancer cluster) {
    return BalancedBuilder.ofAsync(Objects.requireNonNull(cluster, "cluster"));
  }

  /**
   * A question for {@link io.nodewise.lb.health.HealthCheck#of}: a signed {@code HEAD} of a bucket,
   * path style, with the {@code Host} that requests carry. It goes the way of every request,
   * through the signature check to the bucket, and costs the servers as much.
   *
   * <p>5xx means down, but 429 and 503 are load: half a share, since a HEAD has no body to tell
   * "slow down" from worse. Everything else is up: a 403 says that these credentials are wrong, and
   * a 404 that the bucket is gone, at every node alike, and both come from a server that looked.
   *
   * <p>Credentials are resolved anew for each probe, on the probe's thread and before its time-out
   * starts; where they can't be, nothing is held against the node, and nothing learned about it. A
   * provider that calls a network should cache, as those of the SDK do: each call it hangs in holds
   * one of 32 threads.
   *
   * @param bucket one that the credentials may read; it is not created
   * @param credentials stays the caller's, who closes it after the load balancer
   * @param region what is signed; {@code us-east-1} where the servers have none
   * @param logicalEndpoint what is signed as {@code Host}: the load balancer's
   * @throws IllegalArgumentException if the bucket has no name that a path can hold, or the
   *     endpoint no host
   */
  public static Probe headBucket(
      String bucket, AwsCredentialsProvider credentials, Region region, URI logicalEndpoint) {
    return new HeadBucketProbe(bucket, credentials, region, logicalEndpoint);
  }

  /**
   * The same question, signed for the node that is asked: where requests name their node, too
   * ({@link io.nodewise.lb.node.HostHeader#NODE}).
   *
   * @param bucket one that the credentials may read; it is not created
   * @param credentials stays the caller's, who closes it after the load balancer
   * @param region what is signed; {@code us-east-1} where the servers have none
   * @throws IllegalArgumentException if the bucket has no name that a path can hold
   */
  public static Probe headBucket(String bucket, AwsCredentialsProvider credentials, Region region) {
    return new HeadBucketProbe(bucket, credentials, region, null);
  }
}
