package io.nodewise.lb.benchmarks;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.LoadBalancedS3;
import io.nodewise.lb.awssdk.TransportAlone;
import io.nodewise.lb.health.HealthCheck;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Calls of an S3 client over {@link AnsweringHttpClient}: by the SDK alone, or balanced, all nodes
 * healthy and none probed. Thread-safe.
 */
final class S3Calls implements AutoCloseable {
  private static final URI ENDPOINT = URI.create("http://node1:9000");

  private static final HttpExecuteRequest SIGNED_GET = signedGet();

  private final GetObjectRequest get =
      GetObjectRequest.builder().bucket("bucket").key("key").build();
  private final PutObjectRequest put =
      PutObjectRequest.builder().bucket("bucket").key("key").build();
  private final HeadObjectRequest head =
      HeadObjectRequest.builder().bucket("bucket").key("key").build();
  private final @Nullable LoadBalancer balancer; // null without balancing
  private final SdkHttpClient transport;
  private final S3Client s3;

  /**
   * @param nodes balanced over; 0 is the SDK alone
   */
  S3Calls(int nodes) {
    SdkHttpClient network = new AnsweringHttpClient();
    LoadBalancer cluster = nodes == 0 ? null : balancer(nodes);
    balancer = cluster;
    transport = cluster == null ? network : TransportAlone.over(cluster, network);
    // Balanced clients do without S3 Express. To do so saves work: of both, or the SDK looks dear.
    S3ClientBuilder builder =
        cluster == null
            ? S3Client.builder()
                .endpointOverride(ENDPOINT)
                .forcePathStyle(true)
                .disableS3ExpressSessionAuth(true)
            : LoadBalancedS3.builder(cluster);
    s3 =
        builder
            .httpClient(network)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("access", "secret")))
            .build();
  }

  private static LoadBalancer balancer(int nodes) {
    return LoadBalancer.builder()
        .nodes("http://node{1..." + nodes + "}:9000")
        .healthCheck(HealthCheck.none())
        .build();
  }

  /** One call, its answer read to the end; something that depends on it. */
  int call(String operation, byte[] buffer) throws IOException {
    return switch (operation) {
      case "GET" -> get(buffer);
      case "PUT" -> s3.putObject(put, RequestBody.fromBytes(buffer)).eTag().length();
      case "HEAD" -> s3.headObject(head).eTag().length();
      case "transport" -> transport(buffer);
      default ->
          throw new IllegalArgumentException(
              "operation: " + operation + " (expected: GET, PUT, HEAD or transport)");
    };
  }

  private int get(byte[] buffer) throws IOException {
    try (InputStream object = s3.getObject(get)) {
      return read(object, buffer);
    }
  }

  /** A signed GET through the HTTP client, without the SDK above it. */
  private int transport(byte[] buffer) throws IOException {
    try (InputStream object =
        transport.prepareRequest(SIGNED_GET).call().responseBody().orElseThrow()) {
      return read(object, buffer);
    }
  }

  private static int read(InputStream object, byte[] buffer) throws IOException {
    int sum = 0;
    for (int n = object.read(buffer); n >= 0; n = object.read(buffer)) {
      sum += n;
    }
    return sum;
  }

  /** With the headers that a signed GET has. */
  private static HttpExecuteRequest signedGet() {
    String hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    return HttpExecuteRequest.builder()
        .request(
            SdkHttpFullRequest.builder()
                .method(SdkHttpMethod.GET)
                .uri(ENDPOINT.resolve("/bucket/key"))
                .putHeader("amz-sdk-invocation-id", "5be5e9a2-3c5b-4c23-9c5c-7f6c0f3a2f1b")
                .putHeader("amz-sdk-request", "attempt=1; max=3")
                .putHeader(
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=access/20261120/us-east-1/s3/aws4_request,"
                        + " SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;host;x-amz-"
                        + "content-sha256;x-amz-date, Signature="
                        + hash)
                .putHeader("Host", "node1:9000")
                .putHeader("User-Agent", "aws-sdk-java/2 md/io#sync md/http#Answering")
                .putHeader("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
                .putHeader("X-Amz-Date", "20261120T120000Z")
                .build())
        .build();
  }

  @Override
  public void close() {
    s3.close();
    transport.close();
    if (balancer != null) {
      balancer.close();
    }
  }
}
