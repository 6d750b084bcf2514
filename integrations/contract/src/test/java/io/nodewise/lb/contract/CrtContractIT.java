package io.nodewise.lb.contract;

import java.util.EnumSet;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;

/** {@code S3Client} over the HTTP client of the AWS common runtime. */
class CrtContractIT extends ClientContract {
  private final EventLoops loops = new EventLoops("AwsEventLoop");

  @Override
  ContractClient open(Cluster cluster, String bucket) {
    return SyncClient.over(
        AwsCrtHttpClient.builder(), cluster, bucket, EnumSet.allOf(Feature.class));
  }

  @Override
  void nothingElseIsLeft() {
    loops.assertNoMore();
  }
}
