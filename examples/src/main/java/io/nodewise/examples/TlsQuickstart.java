package io.nodewise.examples;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.LoadBalancedS3;
import io.nodewise.lb.node.ClusterTls;
import java.nio.file.Path;
import java.util.Arrays;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Nodes by https, with certificates of a private authority. Its arguments are the authority's
 * certificate, a PEM file, and the nodes. Requests and probes trust that authority and no other.
 */
public final class TlsQuickstart {
  private TlsQuickstart() {}

  public static void main(String[] arguments) {
    ClusterTls tls = ClusterTls.builder().trustPem(Path.of(arguments[0])).build();
    String[] nodes = Arrays.copyOfRange(arguments, 1, arguments.length);
    try (LoadBalancer cluster = LoadBalancer.builder().nodes(nodes).tls(tls).build();
        S3Client s3 = LoadBalancedS3.builder(cluster).build()) {
      s3.createBucket(b -> b.bucket("tls"));
      s3.putObject(b -> b.bucket("tls").key("greeting"), RequestBody.fromString("Hello, by TLS!"));
      var greeting = s3.getObjectAsBytes(b -> b.bucket("tls").key("greeting"));
      System.out.println(greeting.asUtf8String());
      System.out.println(cluster.snapshot().toTable());
    }
  }
}
