package io.nodewise.lb.contract;

/** {@code OkHttpClient}, its requests signed by hand. */
class OkHttpContractIT extends ClientContract {

  @Override
  ContractClient open(Cluster cluster, String bucket) {
    return new RawOkHttp(cluster, bucket);
  }
}
