package io.nodewise.lb.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nodewise.lb.awssdk.LoadBalancedS3;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.RequestHint;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.awscore.presigner.PresignedRequest;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** What has to be set for Swift, and what comes of it if it is not. */
class SwiftSettingsIT extends OnSwift {
  private static final byte[] CONTENT = Content.of(100_000);

  @AfterEach
  void noNodeWasCharged() {
    assertThat(faults()).as("%s", cluster.snapshot().toTable()).isZero();
  }

  private long attempts() {
    return cluster.snapshot().nodes().stream().mapToLong(node -> node.attempts()).sum();
  }

  private S3ClientBuilder asTheSdkHasIt() {
    return LoadBalancedS3.builder(cluster)
        .region(Region.US_EAST_1)
        .credentialsProvider(S3Nodes.CREDENTIALS);
  }

  /** Every upload, as Swift knows no chunked bodies; what it can't do it says at once. */
  @Test
  void defaultsOfTheSdkAreRefused() {
    try (S3Client s3 = asTheSdkHasIt().build();
        S3AsyncClient async =
            LoadBalancedS3.asyncBuilder(cluster)
                .region(Region.US_EAST_1)
                .credentialsProvider(S3Nodes.CREDENTIALS)
                .build()) {
      long before = attempts();
      assertNotImplemented(() -> put(s3));
      assertNotImplemented(
          () ->
              async
                  .putObject(
                      put -> put.bucket(bucket).key("k"), AsyncRequestBody.fromBytes(CONTENT))
                  .join());
      assertThat(attempts() - before).as("501 is not asked for elsewhere").isEqualTo(2);
    }
  }

  private static void assertNotImplemented(Supplier<?> call) {
    S3Exception refused = refusal(call);
    assertThat(refused.statusCode()).isEqualTo(501);
    assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("NotImplemented");
  }

  private static S3Exception refusal(Supplier<?> call) {
    S3Exception refused =
        catchThrowableOfType(
            S3Exception.class,
            () -> {
              try {
                call.get();
              } catch (CompletionException e) {
                throw e.getCause();
              }
            });
    assertThat(refused).as("an answer that refuses").isNotNull();
    return refused;
  }

  private Object put(S3Client s3) {
    return s3.putObject(put -> put.bucket(bucket).key("k"), RequestBody.fromBytes(CONTENT));
  }

  /** Over plain HTTP the SDK then still signs chunk by chunk. */
  @Test
  void checksumsWhenRequiredAreNotEnough() {
    try (S3Client s3 =
        asTheSdkHasIt()
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .build()) {
      assertNotImplemented(() -> put(s3));
    }
  }

  /** The checksum then is a header, which Swift does not look at. */
  @Test
  void bodiesInOnePieceAreEnoughForUploads() {
    S3Configuration inOnePiece = S3Configuration.builder().chunkedEncodingEnabled(false).build();
    try (S3Client s3 = asTheSdkHasIt().serviceConfiguration(inOnePiece).build();
        S3AsyncClient async =
            LoadBalancedS3.asyncBuilder(cluster)
                .region(Region.US_EAST_1)
                .credentialsProvider(S3Nodes.CREDENTIALS)
                .serviceConfiguration(inOnePiece)
                .build()) {
      put(s3);
      async
          .putObject(put -> put.bucket(bucket).key("k2"), AsyncRequestBody.fromBytes(CONTENT))
          .join();
      for (String key : List.of("k", "k2")) {
        assertThat(s3.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asByteArray())
            .isEqualTo(CONTENT);
      }
    }
  }

  @Test
  void checksumsAreTakenButNotKept() {
    s3.putObject(
        put -> put.bucket(bucket).key("k").checksumAlgorithm(ChecksumAlgorithm.SHA256),
        RequestBody.fromBytes(CONTENT));
    var got =
        s3.getObjectAsBytes(get -> get.bucket(bucket).key("k").checksumMode(ChecksumMode.ENABLED));
    assertThat(got.asByteArray()).isEqualTo(CONTENT);
    assertThat(got.response().checksumSHA256()).isNull();
  }

  /** It asks for Content-MD5, which the SDK no longer sends by itself. */
  @Test
  void deletingManyNeedsTheMd5OfOldenTimes() {
    put(s3);
    S3Exception refused = catchThrowableOfType(S3Exception.class, () -> deleteMany(s3));
    assertThat(refused).isNotNull();
    assertThat(refused.statusCode()).isEqualTo(400);

    try (S3Client withMd5 =
        SyncClient.builder(cluster).addPlugin(LegacyMd5Plugin.create()).build()) {
      DeleteObjectsResponse answer = deleteMany(withMd5);
      assertThat(answer.deleted()).hasSize(2);
      assertThat(answer.errors()).isEmpty();
    }
  }

  private DeleteObjectsResponse deleteMany(S3Client s3) {
    return s3.deleteObjects(
        all ->
            all.bucket(bucket)
                .delete(
                    delete ->
                        delete.objects(
                            ObjectIdentifier.builder().key("k").build(),
                            ObjectIdentifier.builder().key("never there").build())));
  }

  /** So that client is for uploads alone. */
  @Test
  void readingByPartNumberIsRefused() {
    byte[] content = Content.of(ContractClient.PART + 1000);
    try (S3AsyncClient inParts =
        AsyncClient.builder(cluster)
            .multipartEnabled(true)
            .multipartConfiguration(
                parts ->
                    parts
                        .minimumPartSizeInBytes((long) ContractClient.PART)
                        .thresholdInBytes((long) ContractClient.PART))
            .build()) {
      var tag =
          inParts
              .putObject(put -> put.bucket(bucket).key("p"), AsyncRequestBody.fromBytes(content))
              .join()
              .eTag();
      assertThat(tag).endsWith("-2\"");
      assertThat(refusal(() -> get(inParts)).statusCode()).isEqualTo(405);
    }
    assertThat(get(async).asByteArray()).isEqualTo(content);
  }

  private ResponseBytes<GetObjectResponse> get(S3AsyncClient s3) {
    return s3.getObject(get -> get.bucket(bucket).key("p"), AsyncResponseTransformer.toBytes())
        .join();
  }

  @Test
  void presignedUrls() throws IOException {
    Node picked = cluster.pick(RequestHint.read());
    for (S3Presigner.Builder builder :
        List.of(LoadBalancedS3.presigner(cluster), LoadBalancedS3.presigner(cluster, picked))) {
      try (S3Presigner presigner = builder.credentialsProvider(S3Nodes.CREDENTIALS).build()) {
        assertThat(open(presignedPut(presigner), CONTENT).getResponseCode()).isEqualTo(200);
        HttpURLConnection got = open(presignedGet(presigner), null);
        assertThat(got.getResponseCode()).isEqualTo(200);
        assertThat(got.getInputStream().readAllBytes()).isEqualTo(CONTENT);
      }
    }
    try (S3Presigner wrong =
        LoadBalancedS3.presigner(cluster)
            .credentialsProvider(() -> AwsBasicCredentials.create(S3Nodes.ACCESS_KEY, "wrong"))
            .build()) {
      assertThat(open(presignedGet(wrong), null).getResponseCode()).isEqualTo(403);
    }
  }

  private PresignedRequest presignedGet(S3Presigner presigner) {
    return presigner.presignGetObject(
        sign ->
            sign.signatureDuration(Duration.ofMinutes(5))
                .getObjectRequest(get -> get.bucket(bucket).key("a key")));
  }

  private PresignedRequest presignedPut(S3Presigner presigner) {
    return presigner.presignPutObject(
        sign ->
            sign.signatureDuration(Duration.ofMinutes(5))
                .putObjectRequest(put -> put.bucket(bucket).key("a key")));
  }

  /** As somebody does who knows nothing of the cluster. */
  private static HttpURLConnection open(PresignedRequest request, byte[] sent) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(request.url().toString()).toURL().openConnection();
    connection.setRequestMethod(request.httpRequest().method().name());
    for (Map.Entry<String, List<String>> header : request.signedHeaders().entrySet()) {
      connection.setRequestProperty(header.getKey(), header.getValue().get(0));
    }
    if (sent != null) {
      connection.setDoOutput(true);
      connection.getOutputStream().write(sent);
    }
    return connection;
  }
}
