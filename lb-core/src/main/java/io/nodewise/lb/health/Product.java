package io.nodewise.lb.health;

import java.util.List;
import java.util.Optional;

/**
 * A product that gives itself away by its {@code Server} header and has a preset that asks the port
 * which serves S3, with nothing to be configured. Immutable and thread-safe.
 *
 * @param server how the header begins; a version may follow
 * @param probe its preset's question
 */
record Product(String server, ProductProbe probe) {
  static final List<Product> ALL =
      List.of(
          of("MinIO", HealthCheck.minio()),
          of("Ceph Object Gateway", HealthCheck.cephRgw()),
          of("SeaweedFS", HealthCheck.seaweedfs()),
          of("Riak CS", HealthCheck.riakCs()),
          of("StorageGRID", HealthCheck.storageGrid()),
          of("ViPR/", HealthCheck.dellEcs()));

  private static Product of(String server, HealthCheck preset) {
    return new Product(server, (ProductProbe) preset.probe().orElseThrow());
  }

  /** The one that sent this answer, as far as it says. */
  static Optional<Product> of(ProbeAnswer answer) {
    String sent = answer.header("Server").orElse("");
    return ALL.stream()
        .filter(one -> sent.regionMatches(true, 0, one.server, 0, one.server.length()))
        .findFirst();
  }

  @Override
  public String toString() {
    return server;
  }
}
