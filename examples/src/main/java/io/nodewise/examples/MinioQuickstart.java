package io.nodewise.examples;

import io.minio.GetObjectArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.okhttp.LoadBalancedOkHttp;
import io.nodewise.lb.okhttp.RepeatableRequests;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import okhttp3.OkHttpClient;

/** The same with minio-java: its HTTP client is balanced, its endpoint the cluster's. */
public final class MinioQuickstart {
  private MinioQuickstart() {}

  public static void main(String[] nodes) throws Exception {
    try (LoadBalancer cluster = LoadBalancer.builder().nodes(nodes).build();
        MinioClient minio =
            MinioClient.builder()
                .endpoint(cluster.logicalEndpoint().toString())
                .httpClient(
                    LoadBalancedOkHttp.builder(cluster)
                        .repeatable(RepeatableRequests.s3())
                        .wrap(new OkHttpClient()),
                    true)
                .credentials(
                    System.getProperty("aws.accessKeyId"),
                    System.getProperty("aws.secretAccessKey"))
                .region("us-east-1")
                .build()) {
      minio.makeBucket(MakeBucketArgs.builder().bucket("minio").build());
      byte[] greeting = "Hello from minio-java!".getBytes(StandardCharsets.UTF_8);
      minio.putObject(
          PutObjectArgs.builder()
              .bucket("minio")
              .object("greeting")
              .data(greeting, greeting.length)
              .build());
      try (InputStream body =
          minio.getObject(GetObjectArgs.builder().bucket("minio").object("greeting").build())) {
        System.out.println(new String(body.readAllBytes(), StandardCharsets.UTF_8));
      }
      System.out.println(cluster.snapshot().toTable());
    }
  }
}
