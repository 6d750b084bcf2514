package io.nodewise.lb.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.discovery.TestNameServer.Trouble;
import io.nodewise.lb.node.Node;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Type;

@Timeout(30)
class SrvSourceTest {
  private static final String SERVICE = "_s3._tcp.cluster.test";

  private TestNameServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TestNameServer();
    for (int i = 1; i <= 4; i++) {
      server.addresses("minio-" + i + ".cluster.test", 60, "10.0.0." + i);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private SrvSource.Builder builder(String scheme) {
    return SrvSource.builder(scheme, SERVICE)
        .server(server.address())
        .timeout(Duration.ofSeconds(2));
  }

  private static List<String> nodes(NodeSource source) throws Exception {
    return source.nodes().nodes().stream().map(Node::toString).sorted().toList();
  }

  @Test
  void priorities_are_tiers_and_weights_are_weights() throws Exception {
    server.services(
        SERVICE,
        20,
        "20 0 9000 minio-1.cluster.test",
        "10 30 9001 minio-2.cluster.test",
        "10 60 9002 minio-3.cluster.test",
        "10 0 9003 minio-4.cluster.test");
    SrvSource source = builder("http").build();
    assertThat(nodes(source))
        .containsExactly(
            "10.0.0.1:9000 (tier 1)",
            "10.0.0.2:9001 (weight 0.5)",
            "10.0.0.3:9002",
            "10.0.0.4:9003 (weight 0.01)");
    assertThat(source.nodes().validFor()).isEqualTo(Duration.ofSeconds(20));
    assertThat(source.endpoint()).isEmpty();
    assertThat(source).hasToString("srv http " + SERVICE);
  }

  /** Nine questions; each try may take a quarter of the time. */
  @Test
  void a_first_server_that_is_silent_is_waited_for_once() throws Exception {
    server.services(
        SERVICE,
        20,
        "0 1 9000 minio-1.cluster.test",
        "0 1 9000 minio-2.cluster.test",
        "0 1 9000 minio-3.cluster.test",
        "0 1 9000 minio-4.cluster.test");
    try (TestNameServer broken = new TestNameServer()) {
      broken.trouble(Trouble.SILENT);
      SrvSource source =
          SrvSource.builder("http", SERVICE)
              .server(broken.address(), server.address())
              .timeout(Duration.ofSeconds(4))
              .build();
      assertThat(nodes(source)).hasSize(4);
      assertThat(broken.overUdp()).isEqualTo(1);
    }
  }

  @Test
  void https_keeps_the_names_that_certificates_have() throws Exception {
    server.services(
        SERVICE, 20, "0 33 9000 minio-1.cluster.test", "0 33 9000 minio-2.cluster.test");
    assertThat(nodes(builder("https").build()))
        .containsExactly("minio-1.cluster.test:9000", "minio-2.cluster.test:9000");
    assertThat(nodes(builder("https").addresses(true).network("10.0.0.2/32", "::/0").build()))
        .as("a target outside of the network is none")
        .containsExactly("10.0.0.2:9000");
  }

  @Test
  void a_target_without_addresses_yet_is_left_out_and_one_that_can_not_be_asked_stays()
      throws Exception {
    server.services(SERVICE, 20, "0 1 9000 minio-1.cluster.test", "0 1 9000 coming.cluster.test");
    SrvSource source = builder("http").build();
    assertThat(nodes(source)).containsExactly("10.0.0.1:9000");
    server.trouble(Type.A, Trouble.SERVFAIL);
    assertThat(nodes(source)).containsExactly("10.0.0.1:9000");
    server.services(SERVICE, 20, "0 1 9000 minio-1.cluster.test", "0 1 9000 minio-2.cluster.test");
    assertThatThrownBy(source::nodes)
        .as("one that was never asked of can't be told from one that is gone")
        .hasMessageContaining("SERVFAIL");
  }

  @Test
  void a_kind_that_can_not_be_found_out_hides_no_other() throws Exception {
    server.services(SERVICE, 20, "0 1 9000 minio-1.cluster.test");
    SrvSource source = builder("http").network("10.0.0.0/8", "fd00::/8").build();
    server.trouble(Type.AAAA, Trouble.SERVFAIL);
    assertThat(nodes(source)).as("at the first look").containsExactly("10.0.0.1:9000");
    server.addresses("minio-1.cluster.test", 60, "10.0.0.9");
    assertThat(nodes(source)).as("what did answer is new").containsExactly("10.0.0.9:9000");
  }

  @Test
  void as_long_as_none_is_known_a_target_that_can_not_be_asked_hides_no_other() throws Exception {
    server.services(SERVICE, 20, "0 1 9000 minio-1.cluster.test", "0 1 9000 alias.cluster.test");
    server.alias("alias.cluster.test", 60, "alias.cluster.test"); // to itself, for ever
    SrvSource source = builder("http").build();
    Found first = source.nodes();
    assertThat(first.nodes()).extracting(Node::toString).containsExactly("10.0.0.1:9000");
    assertThat(first.validFor()).as("asked for the others soon").isEqualTo(Duration.ofSeconds(1));
    assertThatThrownBy(source::nodes).hasMessageContaining("alias.cluster.test");
  }

  /** Each of these questions is waited for; the time of the look is over long before the last. */
  @Test
  void a_kind_that_is_never_answered_hides_no_other_target() throws Exception {
    String[] targets = new String[4];
    for (int i = 1; i <= 4; i++) {
      targets[i - 1] = "0 1 9000 minio-" + i + ".cluster.test";
    }
    server.services(SERVICE, 20, targets);
    server.trouble(Type.AAAA, Trouble.SILENT);
    SrvSource source = builder("http").network("10.0.0.0/8", "fd00::/8").build();
    for (int looks = 0; looks < 2; looks++) {
      assertThat(nodes(source))
          .containsExactly("10.0.0.1:9000", "10.0.0.2:9000", "10.0.0.3:9000", "10.0.0.4:9000");
    }
  }

  @Test
  void a_name_that_is_gone_is_gone_whatever_its_other_kind_says() throws Exception {
    server.services(SERVICE, 20, "0 1 9000 minio-1.cluster.test", "0 1 9000 coming.cluster.test");
    server.trouble(Type.AAAA, Trouble.SERVFAIL);
    SrvSource source = builder("http").network("10.0.0.0/8", "fd00::/8").build();
    for (int looks = 0; looks < 2; looks++) {
      assertThat(nodes(source)).containsExactly("10.0.0.1:9000");
    }
  }

  /** Answers that come to nothing are none that anybody is missing from. */
  @Test
  void a_look_that_fails_takes_no_place_away() throws Exception {
    String first = "10 1 9000 minio-1.cluster.test";
    String second = "20 1 9000 minio-2.cluster.test";
    server.services(SERVICE, 20, first, second);
    SrvSource source = builder("http").build();
    assertThat(nodes(source)).containsExactly("10.0.0.1:9000", "10.0.0.2:9000 (tier 1)");
    server.services(SERVICE, 20, second, "20 1 9000 alias.cluster.test");
    server.alias("alias.cluster.test", 60, "alias.cluster.test");
    for (int looks = 0; looks < 20; looks++) {
      assertThatThrownBy(source::nodes).hasMessageContaining("alias.cluster.test");
    }
    server.services(SERVICE, 20, second);
    assertThat(nodes(source)).containsExactly("10.0.0.2:9000 (tier 1)");
  }

  /** Nodes that a short answer is missing stay members, and their stand-ins what they are. */
  @Test
  void a_priority_that_is_missing_keeps_its_place() throws Exception {
    String first = "10 1 9000 minio-1.cluster.test";
    String second = "20 1 9000 minio-2.cluster.test";
    server.services(SERVICE, 20, first, second);
    SrvSource source = builder("http").build();
    assertThat(nodes(source)).containsExactly("10.0.0.1:9000", "10.0.0.2:9000 (tier 1)");
    server.services(SERVICE, 20, second);
    for (int answers = 1; answers < 18; answers++) {
      assertThat(nodes(source)).containsExactly("10.0.0.2:9000 (tier 1)");
    }
    assertThat(nodes(source)).as("it is gone for good").containsExactly("10.0.0.2:9000");
  }

  @Test
  void no_service_is_a_failure() {
    assertThatThrownBy(() -> builder("http").build().nodes())
        .hasMessage(SERVICE + ": no such name (NXDOMAIN)");
    server.services(SERVICE, 20, "0 0 0 .");
    assertThatThrownBy(() -> builder("http").build().nodes()).hasMessage(SERVICE + ": no targets");
    server.services(SERVICE, 20, "0 0 1 nowhere.cluster.test");
    assertThatThrownBy(() -> builder("http").build().nodes())
        .hasMessage(SERVICE + ": none of its 1 targets has addresses");
  }

  @Test
  void what_is_no_service_is_refused() {
    assertThatThrownBy(() -> SrvSource.builder("ftp", SERVICE).build())
        .hasMessage("srv scheme: ftp (expected: http or https)");
    assertThatThrownBy(() -> SrvSource.builder("http", "s3.example.com").build())
        .hasMessage("srv service: s3.example.com (expected: such as _s3._tcp.example.com)");
    assertThatThrownBy(() -> builder("https").network("10.0.0.0/8").build())
        .hasMessageContaining("addresses(true)");
  }
}
