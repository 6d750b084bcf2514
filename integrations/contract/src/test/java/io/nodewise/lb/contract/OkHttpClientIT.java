package io.nodewise.lb.contract;

/** {@code OkHttpClient}, its requests signed by hand. */
class OkHttpClientIT extends ClientContract {

  @Override
  ContractClient open(Cluster cluster, String bucket) {
    return new OkHttpContract(cluster, bucket);
  }
}
