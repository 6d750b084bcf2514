package io.nodewise.lb.discovery;

import io.nodewise.lb.node.NodeSet;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the nodes of a cluster come from: asked now and then, it says which nodes there are and for
 * how long that holds. Anything may be one: a name, a file, a service registry.
 *
 * <pre>{@code
 * LoadBalancer cluster =
 *     LoadBalancer.builder().nodeSource(NodeSource.dns("http://s3.example:9000")).build();
 * }</pre>
 *
 * <p>It is asked by one thread at a time, which is there for it alone, so it may block for as long
 * as it takes; requests never wait for it. It owns no thread. What it answers replaces the members,
 * by the rules of {@link Discovery}; when it throws, or finds nothing, they stay as they are and it
 * is asked again, with growing pauses. How it was last heard of is in the snapshot.
 *
 * <p>Each load balancer closes the source it was built with: give each one of its own.
 */
@FunctionalInterface
public interface NodeSource extends AutoCloseable {

  /**
   * The nodes there are just now. Those that the set has already, by id and address, keep all that
   * is known of them; so a source names the same node in the same way each time.
   *
   * <p>Interrupted when the load balancer is closed; should then end soon, in whatever way.
   *
   * @return the nodes; without any it counts as a failure, as a set is never emptied by its source
   * @throws Exception if it can't be told; the message is shown to operators
   */
  Found nodes() throws Exception;

  /**
   * What requests name as their host, unless the builder says otherwise: a name that the servers
   * know. Default: empty; then the logical endpoint is set at the builder, or is the first node
   * found, for life. With one, a load balancer may start without nodes.
   */
  default Optional<URI> endpoint() {
    return Optional.empty();
  }

  /**
   * The one name that the certificates of all nodes are made out to, where nodes are known by
   * address: what https requests and probes verify and send as SNI, unless the load balancer's
   * {@code ClusterTls} has a server name of its own. Default: empty, each node has its own.
   */
  default Optional<String> certificateName() {
    return Optional.empty();
  }

  /** Lets go of what it holds; called once by each load balancer it was given to. */
  @Override
  default void close() {}

  /**
   * The same nodes for ever.
   *
   * @param patterns as {@link NodeSet#parse} takes them
   * @throws IllegalArgumentException if a pattern is malformed
   */
  static NodeSource fixed(String... patterns) {
    return new FixedSource(NodeSet.parse(patterns));
  }

  /**
   * Every address of a DNS name, looked up again when its TTL is over: see {@link DnsSource}, whose
   * builder has more settings.
   *
   * @param uri scheme, name and port of all nodes: {@code http://s3.example:9000}
   * @throws IllegalArgumentException if it is none
   */
  static NodeSource dns(String uri) {
    return DnsSource.builder(uri).build();
  }

  /**
   * The targets of a DNS service (SRV records): see {@link SrvSource}, whose builder has more
   * settings.
   *
   * @param scheme of all nodes, {@code http} or {@code https}
   * @param service such as {@code _s3._tcp.example.com}
   * @throws IllegalArgumentException if either is none
   */
  static NodeSource srv(String scheme, String service) {
    return SrvSource.builder(scheme, service).build();
  }

  /**
   * The nodes in a file, which is looked at every two seconds: see {@link FileSource}, whose
   * builder has more settings.
   */
  static NodeSource file(Path file) {
    return FileSource.builder(file).build();
  }
}
