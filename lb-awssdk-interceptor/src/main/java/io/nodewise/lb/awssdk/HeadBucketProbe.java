package io.nodewise.lb.awssdk;

import io.nodewise.lb.health.Probe;
import io.nodewise.lb.health.ProbeAnswer;
import io.nodewise.lb.health.ProbeRequest;
import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.regions.Region;

/**
 * {@code HEAD /bucket}, signed as requests are for the logical endpoint, or for the node that is
 * asked. Thread-safe; keeps no state but the provider of credentials, which stays the caller's.
 */
final class HeadBucketProbe implements Probe {
  /** What a path of one segment can hold without being encoded. */
  private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,254}");

  /** A load lowers the share by half, as the presets of lb-core do it. */
  private static final double BUSY = 0.5;

  /** Those the sender sets, and an answer to a HEAD has no body. */
  private static final Set<String> NOT_OURS =
      Set.of("connection", "content-length", "transfer-encoding");

  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
  private final AwsCredentialsProvider credentials;
  private final Region region;
  private final String bucket;
  private final @Nullable SdkHttpRequest logical; // null: the node's

  /**
   * A probe that names the logical endpoint.
   *
   * @param logicalEndpoint null: each node's own URI
   */
  HeadBucketProbe(
      String bucket,
      AwsCredentialsProvider credentials,
      Region region,
      @Nullable URI logicalEndpoint) {
    if (!BUCKET.matcher(bucket).matches()) {
      throw new IllegalArgumentException(
          "bucket: " + bucket + " (expected: letters, digits, '.', '_' and '-')");
    }
    this.bucket = bucket;
    this.credentials = Objects.requireNonNull(credentials, "credentials");
    this.region = Objects.requireNonNull(region, "region");
    this.logical = logicalEndpoint == null ? null : to(logicalEndpoint);
  }

  private SdkHttpRequest to(URI endpoint) {
    String scheme = endpoint.getScheme();
    if (endpoint.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new IllegalArgumentException(
          "logical endpoint: " + endpoint + " (expected: such as http://s3.example.com)");
    }
    return to(scheme, endpoint.getHost(), endpoint.getPort() < 0 ? null : endpoint.getPort());
  }

  private SdkHttpRequest to(String scheme, String host, @Nullable Integer port) {
    return SdkHttpRequest.builder()
        .method(SdkHttpMethod.HEAD)
        .protocol(scheme)
        .host(host)
        .port(port)
        .encodedPath("/" + bucket)
        .build();
  }

  @Override
  public ProbeRequest request(Node node) {
    SdkHttpRequest unsigned =
        logical == null ? to(node.scheme(), NodeRequest.urlHost(node), node.port()) : logical;
    SignedRequest signed =
        signer.sign(
            sign ->
                sign.identity(credentials.resolveCredentials())
                    .request(unsigned)
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, region.id())
                    .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false) // as S3 has it
                    .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false));
    Map<String, String> headers = new TreeMap<>();
    signed
        .request()
        .forEachHeader(
            (name, values) -> {
              if (!NOT_OURS.contains(name.toLowerCase(Locale.ROOT))) {
                headers.put(name, String.join(",", values));
              }
            });
    return new ProbeRequest("HEAD", unsigned.encodedPath(), headers);
  }

  /** Means what the answer to a user's HEAD would mean. */
  @Override
  public Verdict read(ProbeAnswer answer) {
    SdkHttpResponse head = SdkHttpResponse.builder().statusCode(answer.status()).build();
    Outcome outcome = Answer.outcome(Answer.of(head).failureOfHead());
    String status = Integer.toString(answer.status());
    if (outcome.isNodeFault()) {
      return Verdict.down(status + " to a HEAD of the bucket");
    }
    return outcome.kind() == Outcome.Kind.LOAD
        ? Verdict.degraded(BUSY, status)
        : Verdict.up(status);
  }

  @Override
  public String toString() {
    String host = logical == null ? "each node" : logical.getUri().getAuthority();
    return "HEAD /" + bucket + ", signed for " + host;
  }
}
