package io.nodewise.examples;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.LoadBalancedS3;
import io.nodewise.lb.node.RequestHint;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** A URL by which anybody gets one object for a minute, from a node that is healthy just now. */
public final class PresignedQuickstart {
  private PresignedQuickstart() {}

  public static void main(String[] nodes) throws Exception {
    try (LoadBalancer cluster = LoadBalancer.builder().nodes(nodes).build();
        S3Client s3 = LoadBalancedS3.builder(cluster).build();
        S3Presigner presigner =
            LoadBalancedS3.presigner(cluster, cluster.pick(RequestHint.read())).build()) {
      s3.createBucket(b -> b.bucket("shared"));
      s3.putObject(b -> b.bucket("shared").key("note"), RequestBody.fromString("Hello, visitor!"));
      URL url =
          presigner
              .presignGetObject(
                  presign ->
                      presign
                          .signatureDuration(Duration.ofMinutes(1))
                          .getObjectRequest(b -> b.bucket("shared").key("note")))
              .url();
      try (InputStream body = url.openStream()) {
        System.out.println(new String(body.readAllBytes(), StandardCharsets.UTF_8));
      }
      System.out.println(cluster.snapshot().toTable());
    }
  }
}
