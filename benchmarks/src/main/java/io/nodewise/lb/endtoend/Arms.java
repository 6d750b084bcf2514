package io.nodewise.lb.endtoend;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes the arms over a cluster, those of proxies that are installed among them. */
final class Arms {
  static final String PLAIN = "plain, one node";
  static final String PLAIN_AGAIN = "plain again, the same node";
  static final String NODEWISE_ONE = "Nodewise, one node";
  static final String NODEWISE = "Nodewise";
  static final String NAIVE = "client in turn";

  private final StorageCluster cluster;
  private final List<ProxyProduct> proxies;
  private final Path templates;

  /**
   * @param proxies those to run, all of them installed
   * @param templates the folder of their configurations
   */
  Arms(StorageCluster cluster, List<ProxyProduct> proxies, Path templates) {
    this.cluster = cluster;
    this.proxies = proxies;
    this.templates = templates;
  }

  /** All arms, for comparing their speed. */
  ArmSet forSpeed() throws IOException, InterruptedException {
    List<URI> one = cluster.uris().subList(0, 1);
    return with(
        List.of(
            Arm.plain(PLAIN, one.get(0)),
            Arm.nodewise(NODEWISE_ONE, one),
            Arm.nodewise(NODEWISE, cluster.uris()),
            Arm.naive(NAIVE, cluster.uris())));
  }

  /** Those over all nodes, and a client of the node that is hit. */
  ArmSet forDrill(int hit) throws IOException, InterruptedException {
    return with(
        List.of(
            Arm.nodewise(NODEWISE, cluster.uris()),
            Arm.naive(NAIVE, cluster.uris()),
            Arm.plain(PLAIN, cluster.node(hit).uri())));
  }

  /** One node with the library and without, and without once more. */
  ArmSet forSlices() {
    List<URI> one = cluster.uris().subList(0, 1);
    return new ArmSet(
        List.of(
            Arm.plain(PLAIN, one.get(0)),
            Arm.nodewise(NODEWISE_ONE, one),
            Arm.plain(PLAIN_AGAIN, one.get(0))));
  }

  /** More and more nodes with the library; all nodes by the others. */
  ArmSet forScaling() throws IOException, InterruptedException {
    List<Arm> growing = new ArrayList<>();
    for (int nodes = 1; nodes < cluster.nodes().size(); nodes *= 2) {
      growing.add(Arm.nodewise(NODEWISE + ", " + count(nodes), cluster.uris().subList(0, nodes)));
    }
    growing.add(Arm.nodewise(NODEWISE + ", " + count(cluster.nodes().size()), cluster.uris()));
    growing.add(Arm.naive(NAIVE, cluster.uris()));
    return with(growing);
  }

  private static String count(int nodes) {
    return nodes == 1 ? "1 node" : nodes + " nodes";
  }

  private ArmSet with(List<Arm> clients) throws IOException, InterruptedException {
    List<Arm> all = new ArrayList<>(clients);
    try {
      for (ProxyProduct proxy : proxies) {
        all.add(Arm.behind(proxy, templates, cluster));
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      new ArmSet(all).close();
      throw e;
    }
    return new ArmSet(all);
  }
}
