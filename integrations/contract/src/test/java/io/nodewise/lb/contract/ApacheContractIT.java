package io.nodewise.lb.contract;

import java.util.EnumSet;
import software.amazon.awssdk.services.s3.S3Client;

/** {@code S3Client} over Apache 4, the HTTP client that is made where none is given. */
class ApacheContractIT extends ClientContract {

  @Override
  ContractClient open(Cluster cluster, String bucket) {
    S3Client s3 = SyncClient.builder(cluster.balancer).build();
    return new SyncClient(s3, bucket, EnumSet.allOf(Feature.class));
  }
}
