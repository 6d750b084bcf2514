package io.nodewise.lb.awssdk.nodes;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Real S3 servers over one store in memory, every signature verified, each behind a {@link
 * FaultProxy}. Started once for all tests of the JVM, on loopback.
 */
public final class S3Nodes {
  public static final String ACCESS_KEY = System.getProperty("nodes.accessKey", "test-access-key");
  public static final String SECRET_KEY = System.getProperty("nodes.secretKey", "test-secret-key");
  public static final AwsCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY));

  /** The name under which {@link #virtualHosted()} know buckets: {@code bucket.s3.localhost}. */
  public static final String VIRTUAL_HOST = "s3.localhost";

  private static final int SIZE = 4;

  private final List<FaultProxy> proxies = new ArrayList<>();

  private S3Nodes(List<InetSocketAddress> servers) {
    servers.forEach(server -> proxies.add(FaultProxy.before(server)));
  }

  private static final class Shared {
    static final S3Nodes NODES;

    static {
      try {
        NODES = new S3Nodes(SharedServers.wherever(SIZE));
      } catch (Exception e) {
        throw new ExceptionInInitializerError(e);
      }
    }
  }

  /** The four nodes of this JVM. */
  public static S3Nodes shared() {
    return Shared.NODES;
  }

  /** The same servers, behind proxies of their own; to be closed one by one by the caller. */
  public static S3Nodes onNewPorts() {
    return new S3Nodes(shared().proxies.stream().map(FaultProxy::target).toList());
  }

  private static BlobStore store() {
    return SharedServers.store();
  }

  private static InetSocketAddress start(BlobStore store, String host, String virtualHost)
      throws Exception {
    return SharedServers.start(store, host, virtualHost, AuthenticationType.AWS_V4);
  }

  /** One more node, over a store of its own, at {@code ::1}. */
  public static FaultProxy onIpv6() throws Exception {
    return FaultProxy.before(start(store(), "[::1]", null));
  }

  /** Two more nodes, over a store of their own, that read any {@code Host} as a bucket. */
  public static List<FaultProxy> virtualHosted() throws Exception {
    BlobStore store = store();
    return List.of(
        FaultProxy.before(start(store, "127.0.0.1", VIRTUAL_HOST)),
        FaultProxy.before(start(store, "127.0.0.1", VIRTUAL_HOST)));
  }

  /** Two more nodes, over a store of their own, that ask nobody who he is. */
  public static List<FaultProxy> open() throws Exception {
    BlobStore store = store();
    return List.of(
        FaultProxy.before(SharedServers.start(store, "127.0.0.1", null, AuthenticationType.NONE)),
        FaultProxy.before(SharedServers.start(store, "127.0.0.1", null, AuthenticationType.NONE)));
  }

  /** One more server, over TLS, with a store of its own; to be stopped by the caller. */
  public static S3Proxy secure(Certificate certificate) throws Exception {
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(store())
            .secureEndpoint(URI.create("https://127.0.0.1:0"))
            .keyStore(certificate.file().toString(), Certificate.PASSWORD)
            .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
            .ignoreUnknownHeaders(true)
            .jettyMaxThreads(64)
            .build();
    server.start();
    return server;
  }

  /** All is well again, nothing has happened yet. */
  public void renew() {
    proxies.forEach(FaultProxy::renew);
  }

  /** The nodes. */
  public List<FaultProxy> all() {
    return List.copyOf(proxies);
  }

  /** One of them. */
  public FaultProxy get(int index) {
    return proxies.get(index);
  }

  /** The node of this id. */
  public FaultProxy get(String id) {
    return proxies.stream().filter(proxy -> proxy.id().equals(id)).findFirst().orElseThrow();
  }

  /** The URLs of the first few. */
  public String[] urls(int count) {
    return proxies.stream().limit(count).map(FaultProxy::url).toArray(String[]::new);
  }

  /** The URLs of all. */
  public String[] urls() {
    return urls(SIZE);
  }

  /** How many requests of this method came to all of them. */
  public int count(String method) {
    return proxies.stream().mapToInt(proxy -> proxy.count(method)).sum();
  }

  /** The requests that came to all of them, without probes. */
  public List<Request> requests() {
    return proxies.stream().flatMap(proxy -> proxy.requests().stream()).toList();
  }

  /** Every one meets the fault for each of its requests. */
  public void always(Fault fault) {
    proxies.forEach(proxy -> proxy.always(fault));
  }

  /**
   * Whichever is asked first by such a request meets it, for all such requests from then on; the
   * others never do. To be forgotten by {@link #forget}.
   */
  public List<Fault> alwaysAtOne(Fault fault) {
    AtomicReference<FaultProxy> sick = new AtomicReference<>();
    List<Fault> faults = new ArrayList<>();
    for (FaultProxy proxy : proxies) {
      Fault here = fault.on(request -> sick.compareAndSet(null, proxy) || sick.get().equals(proxy));
      proxy.always(here);
      faults.add(here);
    }
    return faults;
  }

  /** Takes back what {@link #alwaysAtOne} has set up. */
  public void forget(List<Fault> faults) {
    proxies.forEach(proxy -> faults.forEach(proxy::forget));
  }

  /** None meets any of its faults any more. */
  public void forgetFaults() {
    proxies.forEach(FaultProxy::forgetFaults);
  }

  /** Whichever is asked first meets it, and only that one. */
  public void onceAnywhere(Fault fault) {
    Fault once = fault.once();
    proxies.forEach(proxy -> proxy.next(once));
  }
}
