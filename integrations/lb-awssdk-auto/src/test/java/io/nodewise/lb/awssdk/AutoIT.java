package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.utils.AttributeMap;

/** A program that was not changed, in a process of its own, told of the nodes by properties. */
@Timeout(120)
class AutoIT {
  private final S3Nodes nodes = S3Nodes.shared();

  @BeforeEach
  void renew() {
    nodes.renew();
  }

  @AfterEach
  void nothingIsLeft() {
    System.getProperties().keySet().removeIf(key -> key.toString().startsWith("nodewise."));
    nodes.renew();
    assertThat(AutoCluster.seen()).isNull();
  }

  private String all() {
    return nodes.all().stream().map(FaultProxy::url).collect(Collectors.joining(","));
  }

  private Process program(List<String> properties, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(properties);
    command.add("-Daws.endpointUrlS3=" + nodes.get(0).url());
    command.add("-Daws.accessKeyId=" + S3Nodes.ACCESS_KEY);
    command.add("-Daws.secretAccessKey=" + S3Nodes.SECRET_KEY);
    command.add("-Daws.region=us-east-1");
    command.add("-cp");
    command.add(System.getProperty("java.class.path", ""));
    command.add(UnchangedProgram.class.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static BufferedReader says(Process program) {
    return new BufferedReader(
        new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Reads on until so many calls were made; what was read is kept. */
  private static void awaitCalls(BufferedReader says, int calls, List<String> said)
      throws IOException {
    String line = says.readLine();
    while (line != null) {
      said.add(line);
      if (line.startsWith("calls ") && Integer.parseInt(line.substring(6)) >= calls) {
        return;
      }
      line = says.readLine();
    }
    throw new AssertionError("it ended:\n" + String.join("\n", said));
  }

  private static List<String> rest(Process program, BufferedReader says, List<String> said)
      throws Exception {
    program.getOutputStream().write('\n');
    program.getOutputStream().flush();
    says.lines().forEach(said::add);
    assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(program.exitValue()).as(String.join("\n", said)).isZero();
    return said;
  }

  @Test
  void by_properties_alone_all_nodes_serve_and_a_killed_one_is_not_felt() throws Exception {
    Process program =
        program(
            List.of(
                "-Dsoftware.amazon.awssdk.http.service.impl=io.nodewise.lb.awssdk.AutoHttpService",
                "-Dsoftware.amazon.awssdk.http.async.service.impl"
                    + "=io.nodewise.lb.awssdk.AutoAsyncHttpService",
                "-Dnodewise.nodes=" + all(),
                "-Dnodewise.policy=round-robin"),
            "auto-" + UUID.randomUUID(),
            "async");
    try (BufferedReader says = says(program)) {
      List<String> said = new ArrayList<>();
      awaitCalls(says, 200, said);
      for (FaultProxy node : nodes.all()) {
        assertThat(node.count("PUT") + node.count("GET")).as(node.id()).isGreaterThan(20);
      }
      nodes.get(0).kill(); // the one that the program was told of
      awaitCalls(says, 600, said);
      assertThat(rest(program, says, said))
          .contains("asynchronous calls too")
          .anyMatch(line -> line.startsWith("well "))
          .noneMatch(line -> line.startsWith("left "));
    } finally {
      program.destroyForcibly();
    }
  }

  @Test
  void without_the_property_the_jar_changes_nothing() throws Exception {
    Process program = program(List.of("-Dnodewise.nodes=" + all()), "auto-" + UUID.randomUUID());
    try (BufferedReader says = says(program)) {
      List<String> said = new ArrayList<>();
      awaitCalls(says, 40, said);
      assertThat(nodes.all().stream().skip(1)).allMatch(node -> node.requests().isEmpty());
      rest(program, says, said);
    } finally {
      program.destroyForcibly();
    }
  }

  @Test
  void only_what_is_for_the_cluster_is_balanced() {
    System.setProperty("nodewise.nodes", "http://127.0.0.1:9001,http://127.0.0.1:9002");
    System.setProperty("nodewise.logical-endpoint", "http://s3.local:9000");
    System.setProperty("nodewise.health-check", "none");
    try (AutoTransport transport = AutoTransport.of(AttributeMap.empty())) {
      assertThat(transport.clientName()).isNotBlank();
      AutoCluster cluster = AutoCluster.seen();
      assertThat(
              List.of(
                  "http://s3.local:9000", "http://photos.s3.local:9000", "http://S3.local:9000"))
          .allMatch(url -> cluster.isFor(request(url)));
      assertThat(List.of("http://s3.local:9000", "http://127.0.0.1:9001", "http://127.0.0.1:9002"))
          .allMatch(url -> cluster.isFor(request(url)) && cluster.takes(request(url)));
      assertThat(cluster.takes(request("http://sqs.s3.local:9000")))
          .as("nobody says that it is S3's")
          .isFalse();
      assertThat(
              List.of(
                  "https://s3.local:9000",
                  "http://s3.local",
                  "http://xs3.local:9000",
                  "http://127.0.0.1:9003",
                  "https://dynamodb.us-east-1.amazonaws.com",
                  "https://s3.amazonaws.com"))
          .noneMatch(url -> cluster.isFor(request(url)) || cluster.takes(request(url)));
    }
  }

  private static SdkHttpRequest request(String url) {
    return SdkHttpFullRequest.builder().method(SdkHttpMethod.GET).uri(URI.create(url)).build();
  }

  @Test
  void settings_that_are_wrong_are_told_when_a_client_is_made() {
    System.setProperty("nodewise.nodes", "http://127.0.0.1:9001");
    System.setProperty("nodewise.polcy", "random");
    assertThatThrownBy(() -> AutoTransport.of(AttributeMap.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nodewise.polcy: unknown (did you mean nodewise.policy?)");
    System.clearProperty("nodewise.polcy");
    System.setProperty("nodewise.host-header", "node");
    assertThatThrownBy(() -> AutoTransport.of(AttributeMap.empty()))
        .hasMessageContaining("nodewise.host-header: node (expected: logical");
  }

  @Test
  void one_load_balancer_serves_all_clients_and_goes_with_the_last() {
    System.setProperty("nodewise.nodes", "http://127.0.0.1:9001");
    System.setProperty("nodewise.health-check", "none");
    AutoTransport one = AutoTransport.of(AttributeMap.empty());
    AutoCluster cluster = AutoCluster.seen();
    AutoAsyncTransport other = AutoAsyncTransport.of(AttributeMap.empty());
    assertThat(AutoCluster.seen()).isSameAs(cluster);
    one.close();
    assertThat(AutoCluster.seen()).isSameAs(cluster);
    other.close();
    assertThat(AutoCluster.seen()).isNull();
    assertThatThrownBy(cluster.cluster()::requireOpen).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aClientThatIsClosedTwiceClosesNothingOfTheOthers() {
    System.setProperty("nodewise.nodes", all());
    AutoTransport other = AutoTransport.of(AttributeMap.empty());
    AutoTransport twice = AutoTransport.of(AttributeMap.empty());
    twice.close();
    twice.close();
    assertThat(AutoCluster.seen()).isNotNull();
    AutoCluster.seen().cluster().requireOpen();
    other.close();
    assertThat(AutoCluster.seen()).isNull();
  }

  @Test
  void anAppendWhoseReplyIsLostIsNotSentAgain() {
    System.setProperty("nodewise.nodes", all());
    String bucket = "auto-" + UUID.randomUUID();
    try (AutoTransport transport = AutoTransport.of(AttributeMap.empty());
        S3Client s3 =
            S3Client.builder()
                .httpClient(transport)
                .endpointOverride(URI.create(nodes.get(0).url()))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(S3Nodes.ACCESS_KEY, S3Nodes.SECRET_KEY)))
                .build()) {
      s3.createBucket(create -> create.bucket(bucket));
      int before = puts();
      nodes.onceAnywhere(Fault.loseReply().on("PUT"));
      assertThatThrownBy(
              () ->
                  s3.putObject(
                      put -> put.bucket(bucket).key("k").writeOffsetBytes(0L),
                      RequestBody.fromString("content")))
          .hasMessageContaining("is not sent again");
      assertThat(puts() - before).isEqualTo(1);
    }
  }

  private int puts() {
    return nodes.all().stream().mapToInt(node -> (int) node.count("PUT")).sum();
  }
}
