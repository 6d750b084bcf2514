package io.nodewise.lb;

import io.nodewise.lb.cluster.SourceWatch;
import io.nodewise.lb.discovery.Discovery;
import io.nodewise.lb.discovery.NodeSource;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A source of nodes that has been asked once, and what a load balancer of it begins with.
 *
 * @param watch has begun; to be stopped if no load balancer comes of it
 * @param members none but backups, if it has not found any in time
 */
record FedStart(
    NodeSource source, SourceWatch watch, NodeSet members, URI endpoint, List<Node> backups) {

  /**
   * Asks the source, for as long as the settings say.
   *
   * @param logical what requests name; null: what the source says, or the first node found
   * @throws IllegalStateException if nothing was found and nothing says what requests name
   */
  static FedStart of(
      NodeSource source,
      Discovery settings,
      List<Node> backups,
      @Nullable URI logical,
      @Nullable String name,
      Seams seams) {
    URI named = logical == null ? source.endpoint().orElse(null) : logical;
    if (named != null) {
      LogicalEndpoint.require(named);
      if (!backups.isEmpty()) {
        LogicalEndpoint.requireScheme(named, NodeSet.of(backups));
      }
    }
    FoundMembers composition = new FoundMembers(backups, named == null ? null : named.getScheme());
    String shown = name != null ? name : named != null ? named.getAuthority() : source.toString();
    SourceWatch watch =
        new SourceWatch(
            source,
            settings,
            composition,
            shown,
            seams.tasks("nodewise-discovery-" + shown),
            seams.ticker(),
            seams.random());
    if (seams.given() == null) {
      watch.start();
    } else {
      watch.startHere();
    }
    NodeSet found = watch.members();
    if (found != null) {
      URI endpoint = named == null ? found.nodes().get(0).uri() : named;
      return new FedStart(source, watch, found, endpoint, backups);
    }
    if (named != null) {
      NodeSet begun =
          backups.isEmpty() ? NodeSet.none(named.getScheme()) : composition.members(List.of());
      return new FedStart(source, watch, begun, named, backups);
    }
    String why = watch.status().failure();
    watch.stop();
    throw new IllegalStateException(
        "node source: "
            + source
            + ": "
            + (why == null ? "no answer within " + settings.firstAnswer() : why)
            + " (expected: nodes, or a logicalEndpoint to start without any)");
  }

  /**
   * The user's TLS settings, with the name the source knows where they have none.
   *
   * @throws IllegalArgumentException if there are backup nodes, which hardly have that name, too
   */
  @Nullable ClusterTls tls(@Nullable ClusterTls settings) {
    ClusterTls secured = LogicalEndpoint.tls(endpoint, source, settings);
    boolean isNameOfSource =
        secured != null
            && secured.serverName().isPresent()
            && (settings == null || settings.serverName().isEmpty());
    if (isNameOfSource && !backups.isEmpty()) {
      throw new IllegalArgumentException(
          "backup nodes: "
              + backups
              + " beside "
              + source
              + ", whose nodes are verified by one name (expected: none, or tls with a serverName"
              + " that all certificates have)");
    }
    return secured;
  }
}
