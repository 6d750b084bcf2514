package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.awssdk.Setting.Tested;
import io.nodewise.lb.awssdk.nodes.Request;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.awscore.defaultsmode.DefaultsMode;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.endpoints.Endpoint;
import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.aws.signer.RegionSet;
import software.amazon.awssdk.http.auth.spi.scheme.AuthScheme;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.IdentityProviders;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.auth.scheme.S3AuthSchemeProvider;

/** Uses of the SDK builder's setters. */
@SuppressWarnings("deprecation") // an endpoint by URI
final class Settings {
  private static final AtomicInteger ASKED = new AtomicInteger();
  private static final String ARN = "arn:aws:s3:eu-west-1:123456789012:accesspoint/point";

  private Settings() {}

  static final List<Setting> ALL =
      List.of(
          Setting.of(
              "serviceConfiguration(S3Configuration)",
              "no chunks",
              b ->
                  b.serviceConfiguration(
                      S3Configuration.builder().chunkedEncodingEnabled(false).build()),
              test -> assertThat(puts(test)).noneMatch(Settings::isChunked)),
          Setting.of(
              "serviceConfiguration(S3Configuration)",
              "path style",
              b ->
                  b.serviceConfiguration(
                      S3Configuration.builder().pathStyleAccessEnabled(true).build()),
              test -> assertThat(puts(test)).allMatch(put -> put.target().startsWith("/bucket"))),
          Setting.of(
              "serviceConfiguration(Consumer)",
              "no chunks, path style",
              b ->
                  b.serviceConfiguration(
                      s3 -> s3.chunkedEncodingEnabled(false).pathStyleAccessEnabled(true)),
              test ->
                  assertThat(puts(test))
                      .noneMatch(Settings::isChunked)
                      .allMatch(put -> put.target().startsWith("/bucket"))),
          Setting.of(
              "endpointProvider(S3EndpointProvider)",
              b ->
                  b.endpointProvider(
                      parameters ->
                          CompletableFuture.completedFuture(
                              Endpoint.builder()
                                  .url(URI.create("http://given.example/" + parameters.bucket()))
                                  .build())),
              test -> assertThat(hosts(test)).containsOnly("given.example")),
          Setting.of(
              "endpointOverride(URI)",
              b -> b.endpointOverride(URI.create("http://storage.example:1234")),
              test -> assertThat(hosts(test)).containsOnly("storage.example:1234")),
          Setting.of(
              "authSchemeProvider(S3AuthSchemeProvider)",
              b ->
                  b.authSchemeProvider(
                      parameters -> {
                        ASKED.incrementAndGet();
                        return S3AuthSchemeProvider.defaultProvider().resolveAuthScheme(parameters);
                      }),
              test -> assertThat(ASKED.getAndSet(0)).isPositive()),
          Setting.of(
              "putAuthScheme(AuthScheme)",
              b -> b.putAuthScheme(new CountedScheme()),
              test -> assertThat(ASKED.getAndSet(0)).isPositive()),
          Setting.of(
              "disableMultiRegionAccessPoints(Boolean)",
              b -> b.disableMultiRegionAccessPoints(true).forcePathStyle(false),
              test -> refused(test, "arn:aws:s3::123456789012:accesspoint:abc.mrap", "disabled")),
          Setting.of(
              "disableS3ExpressSessionAuth(Boolean)",
              b -> b.disableS3ExpressSessionAuth(false),
              test -> {
                assertThatException().isThrownBy(() -> list(test, "express--use1-az4--x-s3"));
                assertThat(test.requests("GET")).anyMatch(get -> get.target().contains("session"));
              }),
          Setting.of(
              "useArnRegion(Boolean)",
              b -> b.useArnRegion(false).forcePathStyle(false),
              test -> refused(test, ARN, "UseArnRegion")),
          Setting.of(
              "forcePathStyle(Boolean)",
              b -> b.forcePathStyle(true),
              test -> assertThat(puts(test)).allMatch(put -> put.target().startsWith("/bucket"))),
          Setting.of(
              "crossRegionAccessEnabled(Boolean)",
              b -> b.crossRegionAccessEnabled(true),
              test -> assertThat(test.s3().getClass().getSimpleName()).contains("CrossRegion")),
          Setting.of(
              "requestChecksumCalculation(RequestChecksumCalculation)",
              b -> b.requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED),
              test ->
                  assertThat(puts(test))
                      .allMatch(put -> put.header("x-amz-sdk-checksum-algorithm").isEmpty())),
          Setting.of(
              "responseChecksumValidation(ResponseChecksumValidation)",
              b -> b.responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED),
              test ->
                  assertThat(test.requests("GET"))
                      .allMatch(get -> get.header("x-amz-checksum-mode").isEmpty())),
          Setting.of(
              "sigv4aSigningRegionSet(RegionSet)",
              b -> b.sigv4aSigningRegionSet(RegionSet.create("us-west-2")),
              test -> assertThat(puts(test)).isNotEmpty()),
          Setting.of(
              "credentialsProvider(AwsCredentialsProvider)",
              b ->
                  b.credentialsProvider(
                      () -> {
                        ASKED.incrementAndGet();
                        return S3Nodes.CREDENTIALS.resolveCredentials();
                      }),
              test -> assertThat(ASKED.getAndSet(0)).isPositive()),
          Setting.of(
              "credentialsProvider(IdentityProvider)",
              b -> b.credentialsProvider(new CountedIdentities()),
              test -> assertThat(ASKED.getAndSet(0)).isPositive()),
          Setting.of(
              "region(Region)",
              b -> b.region(Region.EU_WEST_1),
              test ->
                  assertThat(puts(test))
                      .allMatch(
                          put ->
                              put.header("Authorization").orElse("").contains("/eu-west-1/s3/"))),
          Setting.of(
              "defaultsMode(DefaultsMode)",
              b -> b.defaultsMode(DefaultsMode.STANDARD),
              test ->
                  assertThat(
                          test.s3()
                              .serviceClientConfiguration()
                              .overrideConfiguration()
                              .retryStrategy()
                              .orElseThrow()
                              .maxAttempts())
                      .as("3, where the legacy mode has 4")
                      .isEqualTo(3)),
          Setting.of(
              "overrideConfiguration(ClientOverrideConfiguration)",
              b ->
                  b.overrideConfiguration(
                      ClientOverrideConfiguration.builder().putHeader("x-test", "yes").build()),
              test -> assertThat(puts(test)).allMatch(put -> put.header("x-test").isPresent())),
          Setting.of(
              "overrideConfiguration(Consumer)",
              b ->
                  b.overrideConfiguration(
                      o -> o.apiCallTimeout(Duration.ofMinutes(7)).putHeader("x-test", "yes")),
              test -> assertThat(puts(test)).allMatch(put -> put.header("x-test").isPresent())),
          Setting.of(
              "addPlugin(SdkPlugin)",
              b ->
                  b.addPlugin(
                      config ->
                          config.overrideConfiguration(
                              config.overrideConfiguration().toBuilder()
                                  .putHeader("x-test", "yes")
                                  .build())),
              test -> assertThat(puts(test)).allMatch(put -> put.header("x-test").isPresent())),
          Setting.of(
              "applyMutation(Consumer)",
              b -> b.applyMutation(same -> same.region(Region.AP_EAST_1)),
              test ->
                  assertThat(puts(test))
                      .allMatch(
                          put ->
                              put.header("Authorization").orElse("").contains("/ap-east-1/s3/"))));

  static final List<Setting> REFUSED =
      List.of(
          Setting.of(
              "accelerate(Boolean)",
              b -> b.accelerate(true).forcePathStyle(false),
              test -> refused(test, "k", "ccelerate")),
          Setting.of(
              "dualstackEnabled(Boolean)",
              b -> b.dualstackEnabled(true),
              test -> refused(test, "k", "dual")),
          Setting.of(
              "fipsEnabled(Boolean)",
              b -> b.fipsEnabled(true),
              test -> refused(test, "k", "FIPS")));

  private static List<Request> puts(Tested test) {
    assertThat(test.requests("PUT")).isNotEmpty();
    return test.requests("PUT");
  }

  private static List<String> hosts(Tested test) {
    return test.nodes().requests().stream().map(one -> one.header("Host").orElse("")).toList();
  }

  private static boolean isChunked(Request put) {
    return put.header("x-amz-content-sha256").orElse("").startsWith("STREAMING");
  }

  private static void list(Tested test, String bucket) {
    test.s3().listObjectsV2(list -> list.bucket(bucket));
  }

  private static void refused(Tested test, String bucket, String why) {
    assertThatExceptionOfType(SdkException.class)
        .isThrownBy(() -> list(test, bucket))
        .withMessageContaining(why);
  }

  /** Signature version 4, counted. */
  private static final class CountedScheme implements AuthScheme<AwsCredentialsIdentity> {
    private final AwsV4AuthScheme real = AwsV4AuthScheme.create();

    @Override
    public String schemeId() {
      return real.schemeId();
    }

    @Override
    public IdentityProvider<AwsCredentialsIdentity> identityProvider(IdentityProviders all) {
      return real.identityProvider(all);
    }

    @Override
    public HttpSigner<AwsCredentialsIdentity> signer() {
      ASKED.incrementAndGet();
      return real.signer();
    }
  }

  /** The right credentials, counted. */
  private static final class CountedIdentities implements IdentityProvider<AwsCredentialsIdentity> {
    @Override
    public Class<AwsCredentialsIdentity> identityType() {
      return AwsCredentialsIdentity.class;
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveIdentity(
        ResolveIdentityRequest request) {
      ASKED.incrementAndGet();
      return CompletableFuture.completedFuture(
          AwsCredentialsIdentity.create(S3Nodes.ACCESS_KEY, S3Nodes.SECRET_KEY));
    }
  }
}
