package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;

/** The same for asynchronous clients, over each of the HTTP clients that there are. */
abstract class OnAsyncNodes extends OnS3Nodes {
  /** Shared, because Netty takes two seconds to end those that it makes for a client. */
  private static final SdkEventLoopGroup LOOPS =
      SdkEventLoopGroup.builder().numberOfThreads(2).build();

  private final List<S3AsyncClient> asyncClients = new ArrayList<>();

  /** What is sent through. */
  enum Http {
    NETTY {
      @Override
      SdkAsyncHttpClient.Builder<?> builder() {
        // A pool of Netty's that never had a connection and is refused one at once, as on loopback,
        // loses the request now and then, which only this clock ends.
        return NettyNioAsyncHttpClient.builder()
            .eventLoopGroup(LOOPS)
            .connectionAcquisitionTimeout(Duration.ofSeconds(1));
      }
    },
    CRT {
      @Override
      SdkAsyncHttpClient.Builder<?> builder() {
        return AwsCrtAsyncHttpClient.builder();
      }
    };

    abstract SdkAsyncHttpClient.Builder<?> builder();
  }

  /** Before the checks and the closing of the clusters. */
  @AfterEach
  void nothingIsLeftOfAsyncClients() {
    try {
      for (S3AsyncClient client : asyncClients) {
        await("records of calls")
            .atMost(Duration.ofSeconds(2))
            .until(() -> calls(client).size() == 0);
      }
    } finally {
      asyncClients.forEach(S3AsyncClient::close);
    }
  }

  S3AsyncClient track(S3AsyncClientBuilder builder) {
    S3AsyncClient client = builder.build();
    asyncClients.add(client);
    return client;
  }

  /** A builder with what every test needs. */
  static S3AsyncClientBuilder builder(LoadBalancer cluster, Http http) {
    return LoadBalancedS3.asyncBuilder(cluster)
        .region(Region.US_EAST_1)
        .credentialsProvider(S3Nodes.CREDENTIALS)
        .httpClientBuilder(http.builder());
  }

  S3AsyncClient client(LoadBalancer cluster, Http http) {
    return track(builder(cluster, http));
  }

  static ApiCalls calls(S3AsyncClient client) {
    for (ExecutionInterceptor one :
        client.serviceClientConfiguration().overrideConfiguration().executionInterceptors()) {
      if (one instanceof CallInterceptor ours) {
        return ours.calls;
      }
    }
    throw new AssertionError("the interceptor is not there");
  }

  /** What comes of it, within half a minute. */
  static <T> T got(CompletableFuture<T> future) {
    try {
      return future.get(30, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new CompletionException(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("nothing came of it", e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void put(S3AsyncClient s3, String key, byte[] content) {
    got(s3.putObject(put -> put.bucket(bucket).key(key), AsyncRequestBody.fromBytes(content)));
  }

  byte[] get(S3AsyncClient s3, String key) {
    return got(s3.getObject(get -> get.bucket(bucket).key(key), AsyncResponseTransformer.toBytes()))
        .asByteArray();
  }

  /** No attempt is in flight, soon: who cancels does not wait for the connection to be closed. */
  static void idle(LoadBalancer cluster) {
    await("in flight")
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(cluster.snapshot().inFlight()).isZero());
  }
}
