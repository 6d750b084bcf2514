package io.nodewise.examples;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.LoadBalancedS3;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** The quickstart with an {@code S3AsyncClient}: ten objects at once, without a thread for each. */
public final class AsyncQuickstart {
  private AsyncQuickstart() {}

  public static void main(String[] nodes) {
    try (LoadBalancer cluster = LoadBalancer.builder().nodes(nodes).build();
        S3AsyncClient s3 = LoadBalancedS3.asyncBuilder(cluster).build()) {
      s3.createBucket(b -> b.bucket("async")).join();
      List<CompletableFuture<String>> greetings =
          IntStream.range(0, 10).mapToObj(i -> putAndGet(s3, "greeting-" + i)).toList();
      greetings.forEach(greeting -> System.out.println(greeting.join()));
      System.out.println(cluster.snapshot().toTable());
    }
  }

  private static CompletableFuture<String> putAndGet(S3AsyncClient s3, String key) {
    return s3.putObject(
            b -> b.bucket("async").key(key), AsyncRequestBody.fromString("Hello, " + key))
        .thenCompose(
            stored ->
                s3.getObject(b -> b.bucket("async").key(key), AsyncResponseTransformer.toBytes()))
        .thenApply(bytes -> bytes.asUtf8String());
  }
}
