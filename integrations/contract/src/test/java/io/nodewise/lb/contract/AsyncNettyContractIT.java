package io.nodewise.lb.contract;

import org.junit.jupiter.api.AfterAll;

/** {@code S3AsyncClient} over Netty. */
class AsyncNettyContractIT extends ClientContract {
  private final NettyLoops loops = new NettyLoops();

  @Override
  ContractClient open(Cluster cluster, String bucket) {
    return AsyncClient.over(loops.http(), cluster, bucket);
  }

  @AfterAll
  void closeLoops() {
    loops.close();
  }
}
