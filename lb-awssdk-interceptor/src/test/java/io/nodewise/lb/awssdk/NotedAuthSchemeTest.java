package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.DownloadResume;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.spi.scheme.AuthScheme;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Whose requests' signatures are noted where. */
class NotedAuthSchemeTest {
  private final LoadBalancer cluster = cluster(DownloadResume.defaults());
  private final LoadBalancer without = cluster(DownloadResume.off());
  private S3Client one;

  private static LoadBalancer cluster(DownloadResume resume) {
    return LoadBalancer.builder()
        .nodes("http://n1:9000")
        .healthCheck(HealthCheck.none())
        .downloadResume(resume)
        .build();
  }

  private static S3Client client(LoadBalancer cluster, Consumer<S3ClientBuilder> more) {
    return OnS3Nodes.builder(cluster)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "key")))
        .applyMutation(more)
        .build();
  }

  private static AuthScheme<?> scheme(S3Client client) {
    return client.serviceClientConfiguration().authSchemes().get(AwsV4AuthScheme.SCHEME_ID);
  }

  private static boolean isNotedFor(S3Client whose, S3Client client) {
    return scheme(client) instanceof NotedAuthScheme<?> noted
        && noted.isFor(OnS3Nodes.calls(whose));
  }

  @BeforeEach
  void open() {
    one = client(cluster, builder -> {});
  }

  @AfterEach
  void close() {
    one.close();
    cluster.close();
    without.close();
  }

  @Test
  void a_client_notes_its_own() {
    assertThat(isNotedFor(one, one)).isTrue();
    AuthScheme<?> scheme = scheme(one);
    assertThat(scheme.signer()).as("one for all requests").isSameAs(scheme.signer());
  }

  @Test
  void a_scheme_copied_from_another_client_notes_for_the_new_one_alone() {
    try (S3Client copy = client(cluster, builder -> builder.putAuthScheme(scheme(one)))) {
      assertThat(isNotedFor(copy, copy)).isTrue();
      assertThat(NotedAuthScheme.plain(scheme(copy)))
          .isSameAs(NotedAuthScheme.plain(scheme(one)))
          .isNotInstanceOf(NotedAuthScheme.class);
    }
    assertThat(isNotedFor(one, one)).isTrue();
  }

  @Test
  void where_downloads_are_not_resumed_nothing_is_noted_for_anybody() {
    try (S3Client copy = client(without, builder -> builder.putAuthScheme(scheme(one)))) {
      assertThat(scheme(copy)).isNotInstanceOf(NotedAuthScheme.class);
    }
  }
}
