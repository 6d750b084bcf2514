package io.nodewise.lb.contract;

import io.nodewise.lb.awssdk.nodes.S3Nodes;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Buckets, made without a load balancer and behind the back of the proxies. */
final class Bucket {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private Bucket() {}

  /** A new one. */
  static String create() {
    // Servers that outlive this JVM know the buckets of others.
    String name = "contract-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    try (S3Client plain =
        Product.ofThisRun()
            .set(S3Client.builder())
            .endpointOverride(URI.create(S3Nodes.shared().get(0).targetUrl()))
            .forcePathStyle(true)
            .region(Region.US_EAST_1)
            .credentialsProvider(S3Nodes.CREDENTIALS)
            .build()) {
      plain.createBucket(create -> create.bucket(name));
    }
    return name;
  }
}
