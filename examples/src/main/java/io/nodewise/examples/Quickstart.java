package io.nodewise.examples;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.LoadBalancedS3;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** The quickstart. Its arguments are the nodes, its credentials come from where the SDK looks. */
public final class Quickstart {
  private Quickstart() {}

  public static void main(String[] nodes) {
    try (LoadBalancer cluster = LoadBalancer.builder().nodes(nodes).build();
        S3Client s3 = LoadBalancedS3.builder(cluster).build()) {
      s3.createBucket(b -> b.bucket("quickstart"));
      s3.putObject(
          b -> b.bucket("quickstart").key("greeting"), RequestBody.fromString("Hello, cluster!"));
      var greeting = s3.getObjectAsBytes(b -> b.bucket("quickstart").key("greeting"));
      System.out.println(greeting.asUtf8String());
      System.out.println(cluster.snapshot().toTable());
    }
  }
}
