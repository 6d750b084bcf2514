package io.nodewise.lb.health;

import java.util.Optional;

/**
 * Products that give themselves away by their {@code Server} header and have a preset that asks the
 * port which serves S3, with nothing to be configured.
 */
enum Product {
  MINIO("MinIO", HealthCheck.minio()),
  CEPH_RGW("Ceph Object Gateway", HealthCheck.cephRgw()),
  SEAWEEDFS("SeaweedFS", HealthCheck.seaweedfs()),
  RIAK_CS("Riak CS", HealthCheck.riakCs()),
  STORAGE_GRID("StorageGRID", HealthCheck.storageGrid()),
  DELL_ECS("ViPR/", HealthCheck.dellEcs());

  private final String server;
  private final ProductProbe probe;

  Product(String server, HealthCheck preset) {
    this.server = server;
    this.probe = (ProductProbe) preset.probe().orElseThrow();
  }

  /** The one that sent this answer, as far as it says. */
  static Optional<Product> of(ProbeAnswer answer) {
    String sent = answer.header("Server").orElse("");
    for (Product product : values()) {
      String server = product.server;
      if (sent.regionMatches(true, 0, server, 0, server.length())) { // a version may follow
        return Optional.of(product);
      }
    }
    return Optional.empty();
  }

  /** Its preset's question. */
  ProductProbe probe() {
    return probe;
  }
}
