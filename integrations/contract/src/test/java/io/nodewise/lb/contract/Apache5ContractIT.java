package io.nodewise.lb.contract;

import java.util.EnumSet;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;

/** {@code S3Client} over Apache 5. */
class Apache5ContractIT extends ClientContract {

  @Override
  ContractClient open(Cluster cluster, String bucket) {
    return SyncClient.over(
        Apache5HttpClient.builder(), cluster, bucket, EnumSet.allOf(Feature.class));
  }
}
