package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** What is signed as Host, and for which region. */
class BuilderEndpointIT extends OnS3Nodes {

  @Test
  void endpointOfAnotherScheme() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder(unprobed(2)).endpointOverride(URI.create("https://s3.example")))
        .withMessageContaining("https://s3.example")
        .withMessageContaining("expected: http");
  }

  @Test
  void endpointTakenBack() {
    S3Client s3 =
        track(
            builder(unprobed(2))
                .endpointOverride(URI.create("http://s3.example"))
                .endpointOverride(null));

    put(s3, "k", bytes(10));

    assertThat(nodes.requests())
        .allSatisfy(request -> assertThat(request.header("Host")).hasValue(nodes.get(0).id()));
  }

  @Test
  void endpointOfAPlugin() {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 =
        track(
            builder(cluster)
                .addPlugin(config -> config.endpointOverride(URI.create("http://s3.example"))));

    for (int i = 0; i < 8; i++) {
      put(s3, "k", bytes(10));
    }

    assertThat(nodes.requests())
        .hasSize(8)
        .allSatisfy(request -> assertThat(request.header("Host")).hasValue("s3.example"));
  }

  @Test
  void regionOfTheUsersProfile() {
    S3Client s3 =
        track(
            LoadBalancedS3.builder(unprobed(2))
                .credentialsProvider(S3Nodes.CREDENTIALS)
                .overrideConfiguration(
                    o ->
                        o.defaultProfileFile(profiles("[profile far]\nregion = ap-south-1\n"))
                            .defaultProfileName("far")));

    assertThat(s3.serviceClientConfiguration().region().id()).isEqualTo("ap-south-1");
    put(s3, "k", bytes(10));
  }

  /** Nobody waits here for an answer of a cloud that is not there. */
  @Test
  void noRegionAnywhere() {
    S3ClientBuilder builder =
        LoadBalancedS3.builder(unprobed(2))
            .credentialsProvider(S3Nodes.CREDENTIALS)
            .overrideConfiguration(o -> o.defaultProfileFile(profiles("")));

    long took = millis(() -> put(track(builder), "k", bytes(10)));

    assertThat(took).as("ms to build a client and use it").isLessThan(3000);
    assertThat(nodes.requests())
        .allMatch(put -> put.header("Authorization").orElse("").contains("/us-east-1/s3/"));
  }

  private static ProfileFile profiles(String text) {
    return ProfileFile.builder()
        .content(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
        .type(ProfileFile.Type.CONFIGURATION)
        .build();
  }
}
