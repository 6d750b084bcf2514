package io.nodewise.lb.contract;

import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;

/** {@code S3AsyncClient} over the HTTP client of the AWS common runtime. */
class AsyncCrtContractIT extends ClientContract {
  private final EventLoops loops = new EventLoops("AwsEventLoop");

  @Override
  ContractClient open(Cluster cluster, String bucket) {
    return AsyncClient.over(AwsCrtAsyncHttpClient.builder(), cluster, bucket);
  }

  @Override
  void nothingElseIsLeft() {
    loops.assertNoMore();
  }
}
