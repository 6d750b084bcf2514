package io.nodewise.lb.contract;

/** minio-java over a wrapped {@code OkHttpClient}. */
class MinioClientIT extends ClientContract {

  @Override
  ContractClient open(Cluster cluster, String bucket) {
    return new MinioContract(cluster, bucket);
  }
}
