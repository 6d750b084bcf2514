package io.nodewise.lb.contract;

/** minio-java over a wrapped {@code OkHttpClient}. */
class MinioContractIT extends ClientContract {

  @Override
  ContractClient open(Cluster cluster, String bucket) {
    return new MinioJava(cluster, bucket);
  }
}
