package io.nodewise.lb.contract;

import org.junit.jupiter.api.AfterAll;

/** A Java-based {@code S3TransferManager} over {@code S3AsyncClient} and Netty. */
class TransferManagerContractIT extends ClientContract {
  private final NettyLoops loops = new NettyLoops();

  @Override
  ContractClient open(Cluster cluster, String bucket) {
    return TransferClient.over(loops.http(), cluster, bucket);
  }

  @AfterAll
  void closeLoops() {
    loops.close();
  }
}
