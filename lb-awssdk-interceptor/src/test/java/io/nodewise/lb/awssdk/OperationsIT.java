package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.routing.BalancingPolicy;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The usual operations, each through several nodes, with signatures that are really verified. */
class OperationsIT extends OnS3Nodes {

  @Test
  void putGetHeadListCopyDelete() {
    LoadBalancer cluster = cluster();
    S3Client s3 = client(cluster);
    byte[] content = bytes(100_000);

    put(s3, "a/key with ümlauts+.txt", content);
    assertThat(get(s3, "a/key with ümlauts+.txt")).isEqualTo(content);
    assertIdle(cluster);
    assertThat(
            s3.headObject(head -> head.bucket(bucket).key("a/key with ümlauts+.txt"))
                .contentLength())
        .isEqualTo(content.length);
    assertIdle(cluster);
    s3.copyObject(
        copy ->
            copy.sourceBucket(bucket)
                .sourceKey("a/key with ümlauts+.txt")
                .destinationBucket(bucket)
                .destinationKey("copy"));
    assertIdle(cluster);
    assertThat(s3.listObjectsV2(list -> list.bucket(bucket)).contents())
        .extracting(object -> object.key())
        .containsExactly("a/key with ümlauts+.txt", "copy");
    assertIdle(cluster);
    s3.deleteObject(delete -> delete.bucket(bucket).key("copy"));
    assertIdle(cluster);
    assertThatExceptionOfType(NoSuchKeyException.class).isThrownBy(() -> get(s3, "copy"));
    assertIdle(cluster);
    assertThat(faults(cluster)).isZero();
  }

  @Test
  void emptyObject() {
    LoadBalancer cluster = cluster();
    S3Client s3 = client(cluster);

    put(s3, "empty", new byte[0]);
    assertIdle(cluster);
    assertThat(get(s3, "empty")).isEmpty();
    assertIdle(cluster);
  }

  @Test
  void multipartUploadWhosePartsGoToDifferentNodes() {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .healthCheck(HealthCheck.none())
                .policy(BalancingPolicy.roundRobin()));
    S3Client s3 = client(cluster);
    byte[] part = bytes(5 << 20);

    String id = s3.createMultipartUpload(create -> create.bucket(bucket).key("big")).uploadId();
    List<CompletedPart> parts = new ArrayList<>();
    for (int number = 1; number <= 3; number++) {
      int n = number;
      String tag =
          s3.uploadPart(
                  upload -> upload.bucket(bucket).key("big").uploadId(id).partNumber(n),
                  RequestBody.fromBytes(part))
              .eTag();
      parts.add(CompletedPart.builder().partNumber(n).eTag(tag).build());
    }
    s3.completeMultipartUpload(
        complete ->
            complete.bucket(bucket).key("big").uploadId(id).multipartUpload(m -> m.parts(parts)));

    byte[] stored = get(s3, "big");
    assertThat(stored).hasSize(3 * part.length);
    assertThat(Arrays.copyOf(stored, part.length)).isEqualTo(part);
    assertThat(nodes.all()).filteredOn(node -> node.count("PUT") > 0).hasSize(3);
  }

  /** Stored zipped, and given back as it was stored. */
  @Test
  void contentEncodingIsNoneOfOurBusiness() {
    S3Client s3 = client(cluster());
    s3.putObject(
        put -> put.bucket(bucket).key("k").contentEncoding("gzip"),
        RequestBody.fromBytes(bytes(5000)));

    ResponseBytes<GetObjectResponse> answer =
        s3.getObjectAsBytes(get -> get.bucket(bucket).key("k"));

    assertThat(answer.asByteArray()).isEqualTo(bytes(5000));
    assertThat(answer.response().contentEncoding()).isEqualTo("gzip");
  }

  @Test
  void sharesOfFourNodes() throws Exception {
    LoadBalancer cluster = cluster();
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(1000));

    inParallel(8, 400, i -> get(s3, "k"));

    assertThat(nodes.count("GET")).isEqualTo(400);
    // A node that paused is asked less for a while, and machines do pause.
    for (FaultProxy node : nodes.all()) {
      assertThat(node.count("GET")).as(node.id()).isBetween(10, 250);
    }
  }

  @Test
  void everyNodeGetsTheSignedHostAndVerifiesTheSignature() {
    LoadBalancer cluster = cluster();
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(10));
    for (int i = 0; i < 40; i++) {
      get(s3, "k");
    }
    assertThat(nodes.requests())
        .allSatisfy(request -> assertThat(request.header("Host")).hasValue(nodes.get(0).id()))
        .allSatisfy(
            request ->
                assertThat(request.head().toLowerCase(Locale.ROOT).split("\nhost:", -1))
                    .hasSize(2));

    S3Client wrong =
        track(
            builder(cluster)
                .credentialsProvider(
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(S3Nodes.ACCESS_KEY, "wrong"))));
    for (int i = 0; i < 12; i++) {
      assertThatExceptionOfType(S3Exception.class)
          .isThrownBy(() -> get(wrong, "k"))
          .satisfies(
              e -> {
                assertThat(e.statusCode()).isEqualTo(403);
                assertThat(e.awsErrorDetails().errorCode()).isEqualTo("SignatureDoesNotMatch");
              });
    }
    assertIdle(cluster);
    assertThat(faults(cluster)).isZero();
  }

  @Test
  void anonymousRequestsCarryTheLogicalHost() {
    LoadBalancer cluster = cluster();
    put(client(cluster), "k", bytes(10));
    nodes.renew();
    S3Client s3 =
        track(builder(cluster).credentialsProvider(AnonymousCredentialsProvider.create()));

    for (int i = 0; i < 8; i++) {
      assertThatExceptionOfType(S3Exception.class)
          .isThrownBy(() -> get(s3, "k"))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(403));
    }
    assertThat(nodes.requests())
        .hasSize(8)
        .allSatisfy(request -> assertThat(request.header("Host")).hasValue(nodes.get(0).id()))
        .allSatisfy(request -> assertThat(request.header("Authorization")).isEmpty());
  }

  @Test
  void virtualHostedStyle() throws Exception {
    List<FaultProxy> two = S3Nodes.virtualHosted();
    String logical = S3Nodes.VIRTUAL_HOST + ":9000";
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(two.get(0).url(), two.get(1).url())
                .logicalEndpoint(URI.create("http://" + logical))
                .healthCheck(HealthCheck.none()));
    S3Client s3 = track(builder(cluster).forcePathStyle(false));
    byte[] content = bytes(5000);

    s3.createBucket(create -> create.bucket(bucket));
    put(s3, "k", content);
    for (int i = 0; i < 12; i++) {
      assertThat(get(s3, "k")).isEqualTo(content);
    }
    for (FaultProxy node : two) {
      assertThat(node.count("GET")).isPositive();
      assertThat(node.requests())
          .allSatisfy(
              request -> assertThat(request.header("Host")).hasValue(bucket + "." + logical));
      node.close();
    }
  }

  @Test
  void nodeWithAnIpv6Address() throws Exception {
    try (FaultProxy six = S3Nodes.onIpv6()) {
      LoadBalancer cluster =
          track(LoadBalancer.builder().nodes(six.url()).healthCheck(HealthCheck.none()));
      S3Client s3 = client(cluster);

      s3.createBucket(create -> create.bucket("six"));
      s3.putObject(put -> put.bucket("six").key("k"), RequestBody.fromString("six"));

      assertThat(s3.getObjectAsBytes(get -> get.bucket("six").key("k")).asUtf8String())
          .isEqualTo("six");
      assertThat(six.requests())
          .allSatisfy(request -> assertThat(request.header("Host")).hasValue(six.id()));
    }
  }

  /** As Docker names them; no name for a URI of the JDK, which is why it has a test. */
  @Test
  void nodeWithAnUnderscoreInItsName() {
    String port = nodes.get(0).id().replaceAll(".*:", "");
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes("http://s3_1:" + port)
                .logicalEndpoint(URI.create(nodes.get(0).url()))
                .healthCheck(HealthCheck.none()));
    S3Client s3 =
        track(
            builder(cluster)
                .httpClientBuilder(
                    HttpClients.apache()
                        .dnsResolver(name -> InetAddress.getAllByName("127.0.0.1"))));

    put(s3, "k", bytes(10));

    assertThat(get(s3, "k")).isEqualTo(bytes(10));
  }

  @Test
  void bucketOperations() {
    LoadBalancer cluster = cluster();
    S3Client s3 = client(cluster);

    s3.createBucket(create -> create.bucket(bucket + "x"));
    assertThat(s3.listBuckets().buckets()).extracting(one -> one.name()).contains(bucket + "x");
    s3.headBucket(head -> head.bucket(bucket + "x"));
    s3.deleteBucket(delete -> delete.bucket(bucket + "x"));
    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> s3.headBucket(head -> head.bucket(bucket + "x")))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(404));
    assertIdle(cluster);
  }
}
