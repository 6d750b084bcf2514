package io.nodewise.lb.contract;

import io.nodewise.lb.node.HostHeader;
import java.util.EnumSet;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/** {@code S3Client} over the JDK's own HTTP client, which names the node whatever it is told. */
class UrlConnectionContractIT extends ClientContract {

  @Override
  HostHeader hostHeader() {
    return HostHeader.NODE;
  }

  @Override
  boolean closesConnections() {
    return false; // they are the JVM's
  }

  @Override
  ContractClient open(Cluster cluster, String bucket) {
    return SyncClient.over(
        UrlConnectionHttpClient.builder(), cluster, bucket, EnumSet.of(Feature.RESUMES));
  }
}
