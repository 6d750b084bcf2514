package io.nodewise.lb.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.discovery.TestNameServer.Trouble;
import io.nodewise.lb.node.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Type;

/** A DNS name against a name server that speaks the real protocol. */
@Timeout(30)
class DnsSourceTest {
  private static final String NAME = "s3.cluster.test";

  private TestNameServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TestNameServer();
  }

  @AfterEach
  void stop() {
    server.close();
    assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
        .as("no thread of the library's")
        .noneMatch(name -> name.startsWith("dnsjava"));
  }

  private DnsSource.Builder builder() {
    return DnsSource.builder("http://" + NAME + ":9000")
        .server(server.address())
        .timeout(Duration.ofSeconds(2));
  }

  private static List<String> ids(NodeSource source) throws Exception {
    return source.nodes().nodes().stream().map(Node::id).toList();
  }

  @Test
  void every_address_is_a_node_whatever_their_order() throws Exception {
    server.addresses(NAME, 60, "10.0.0.10", "10.0.0.9", "10.0.0.9", "127.0.0.1");
    DnsSource source = builder().build();
    assertThat(ids(source)).containsExactly("10.0.0.9:9000", "10.0.0.10:9000", "127.0.0.1:9000");
    assertThat(source.nodes().validFor()).isEqualTo(Duration.ofSeconds(60));
    assertThat(source.endpoint()).contains(URI.create("http://s3.cluster.test:9000"));
    assertThat(source.certificateName()).contains(NAME);
    assertThat(source).hasToString("dns http://s3.cluster.test:9000");
  }

  @Test
  void both_kinds_where_a_network_asks_for_them_and_only_what_is_in_it() throws Exception {
    server.addresses(NAME, 60, "10.1.0.1", "10.2.0.1", "fd00::2:1", "2001:db8::1", "fe80::1");
    assertThat(ids(builder().network("0.0.0.0/0", "::/0").build()))
        .containsExactly(
            "10.1.0.1:9000", "10.2.0.1:9000", "[2001:db8::1]:9000", "[fd00::2:1]:9000");
    assertThat(ids(builder().network("10.2.0.0/16", "fd00::/8").build()))
        .containsExactly("10.2.0.1:9000", "[fd00::2:1]:9000");

    int before = server.asked().size();
    assertThat(ids(builder().network("0.0.0.0/0").build())).hasSize(2);
    assertThat(server.asked().subList(before, server.asked().size()))
        .as("IPv6 is not even asked for")
        .containsExactly(NAME + " A");
    assertThatThrownBy(() -> builder().network("10.9.0.0/16").build().nodes())
        .hasMessage(NAME + ": none of its 2 addresses is in [10.9.0.0/16]: 10.1.0.1, 10.2.0.1");
  }

  @Test
  void the_least_ttl_holds_within_bounds_also_that_of_an_alias() throws Exception {
    server.alias(NAME, 7, "real.cluster.test");
    server.addresses("real.cluster.test", 300, "10.0.0.1");
    assertThat(builder().build().nodes().validFor()).isEqualTo(Duration.ofSeconds(7));
    assertThat(builder().mostTtl(Duration.ofSeconds(5)).build().nodes().validFor())
        .isEqualTo(Duration.ofSeconds(5));
    server.addresses("real.cluster.test", 0, "10.0.0.1");
    assertThat(builder().build().nodes().validFor()).as("a lie").isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void an_alias_is_followed_by_asking_on_and_one_that_leads_in_a_circle_is_not() throws Exception {
    server.trouble(Trouble.ALIAS_ONLY);
    server.alias(NAME, 7, "second.cluster.test");
    server.alias("second.cluster.test", 60, "real.cluster.test");
    server.addresses("real.cluster.test", 300, "10.0.0.1");
    DnsSource source = builder().network("0.0.0.0/0").build();
    assertThat(ids(source)).containsExactly("10.0.0.1:9000");
    assertThat(source.nodes().validFor()).isEqualTo(Duration.ofSeconds(7));

    server.alias("second.cluster.test", 60, NAME);
    assertThatThrownBy(source::nodes)
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(NAME + ": ");
  }

  /** As in a pod: {@code minio-hl} in its own namespace. */
  @Test
  void short_names_are_searched_for_and_whole_ones_end_in_a_dot() throws Exception {
    server.addresses("minio-hl.ns.svc.test", 60, "10.0.0.1");
    server.addresses("minio-hl.ns.svc.test.svc.test", 60, "10.9.9.9");
    System.setProperty("dns.search", "ns.svc.test,svc.test");
    System.setProperty("dns.ndots", "5");
    try {
      DnsSource.Builder shortly = DnsSource.builder("http://minio-hl:9000");
      DnsSource found = shortly.server(server.address()).network("0.0.0.0/0").build();
      assertThat(ids(found)).containsExactly("10.0.0.1:9000");
      assertThat(found.endpoint()).contains(URI.create("http://minio-hl:9000"));

      DnsSource whole =
          DnsSource.builder("http://minio-hl.ns.svc.test.:9000")
              .server(server.address())
              .network("0.0.0.0/0")
              .build();
      int before = server.asked().size();
      assertThat(ids(whole)).containsExactly("10.0.0.1:9000");
      assertThat(server.asked().subList(before, server.asked().size()))
          .containsExactly("minio-hl.ns.svc.test A");
      assertThat(whole.endpoint()).contains(URI.create("http://minio-hl.ns.svc.test:9000"));
    } finally {
      System.clearProperty("dns.search");
      System.clearProperty("dns.ndots");
    }
  }

  @Test
  void what_fits_no_datagram_comes_over_tcp() throws Exception {
    String[] many =
        IntStream.range(0, 500)
            .mapToObj(i -> "10.0." + i / 250 + "." + (1 + i % 250))
            .toArray(String[]::new);
    server.addresses(NAME, 60, many);
    assertThat(builder().network("0.0.0.0/0").build().nodes().nodes()).hasSize(500);
    assertThat(server.overTcp()).isEqualTo(1);

    server.trouble(Trouble.TCP_BROKEN);
    assertThatThrownBy(() -> builder().network("0.0.0.0/0").build().nodes())
        .hasMessageContaining(NAME)
        .hasMessageContaining("closed in the middle of an answer");
  }

  @Test
  void what_servers_say_that_know_nothing() {
    server.addresses(NAME, 60, "10.0.0.1");
    server.trouble(Trouble.NXDOMAIN);
    assertThatThrownBy(() -> builder().build().nodes())
        .hasMessage(NAME + ": no such name (NXDOMAIN)");
    server.trouble(Trouble.NOTHING);
    assertThatThrownBy(() -> builder().build().nodes()).hasMessage(NAME + ": no addresses");
    server.trouble(Trouble.SERVFAIL);
    assertThatThrownBy(() -> builder().build().nodes())
        .hasMessage(NAME + ": the name server failed (SERVFAIL)");
    server.trouble(Trouble.REFUSED);
    assertThatThrownBy(() -> builder().build().nodes()).hasMessageContaining("REFUSED");
    server.trouble(Trouble.GARBAGE);
    assertThatThrownBy(() -> builder().build().nodes()).isInstanceOf(IOException.class);
    server.trouble(Trouble.SILENT);
    assertThatThrownBy(() -> builder().timeout(Duration.ofMillis(400)).build().nodes())
        .hasMessageContaining("name server " + server.address())
        .hasMessageContaining("no answer");
  }

  @Test
  void odd_servers_are_understood() throws Exception {
    server.addresses(NAME, 60, "10.0.0.1");
    server.trouble(Trouble.NO_EDNS);
    assertThat(ids(builder().build())).containsExactly("10.0.0.1:9000");
    server.trouble(Trouble.FORGED_FIRST);
    assertThat(ids(builder().build())).containsExactly("10.0.0.1:9000");
    server.trouble(Trouble.NONE);
    server.truncates(true);
    assertThat(ids(builder().build())).containsExactly("10.0.0.1:9000");
  }

  @Test
  void a_kind_that_can_not_be_found_out_stays_as_it_was() throws Exception {
    server.addresses(NAME, 60, "10.0.0.1", "fd00::1");
    DnsSource source = builder().network("0.0.0.0/0", "::/0").build();
    server.trouble(Type.AAAA, Trouble.SERVFAIL);
    assertThat(ids(source)).as("never known").containsExactly("10.0.0.1:9000");
    server.trouble(Trouble.NONE);
    assertThat(ids(source)).containsExactly("10.0.0.1:9000", "[fd00::1]:9000");
    server.trouble(Type.AAAA, Trouble.SERVFAIL);
    assertThat(ids(source)).containsExactly("10.0.0.1:9000", "[fd00::1]:9000");
    server.trouble(Type.AAAA, Trouble.NOTHING);
    assertThat(ids(source)).as("known to be none").containsExactly("10.0.0.1:9000");
  }

  @Test
  void another_server_is_asked_where_one_fails() throws Exception {
    server.addresses(NAME, 60, "10.0.0.1");
    try (TestNameServer broken = new TestNameServer()) {
      for (Trouble trouble : List.of(Trouble.SERVFAIL, Trouble.SILENT)) {
        broken.trouble(trouble);
        DnsSource source =
            DnsSource.builder("http://" + NAME + ":9000")
                .server(broken.address(), server.address())
                .network("0.0.0.0/0")
                .timeout(Duration.ofSeconds(1))
                .build();
        assertThat(ids(source)).containsExactly("10.0.0.1:9000");
        assertThat(broken.overUdp()).isPositive();
      }
    }
  }

  @Test
  void a_look_under_way_ends_when_its_thread_is_interrupted() throws Exception {
    server.trouble(Trouble.SILENT);
    DnsSource source = builder().timeout(Duration.ofSeconds(60)).build();
    CountDownLatch ended = new CountDownLatch(1);
    Thread look =
        new Thread(
            () -> {
              try {
                source.nodes();
              } catch (IOException e) {
                ended.countDown();
              }
            });
    look.start();
    while (server.overUdp() == 0 && look.isAlive()) {
      Thread.onSpinWait();
    }
    look.interrupt();
    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    look.join(10_000);
  }

  @Test
  void an_address_is_itself_and_the_system_may_be_asked() throws Exception {
    DnsSource literal = DnsSource.builder("https://10.0.0.7:9000").build();
    assertThat(ids(literal)).containsExactly("10.0.0.7:9000");
    assertThat(literal.certificateName()).isEmpty();
    assertThat(ids(DnsSource.builder("http://[::1]:9000").build())).containsExactly("[::1]:9000");

    DnsSource system =
        DnsSource.builder("http://localhost:9000")
            .systemResolver(true)
            .interval(Duration.ofSeconds(9))
            .network("127.0.0.0/8")
            .build();
    assertThat(ids(system)).containsExactly("127.0.0.1:9000");
    assertThat(system.nodes().validFor()).isEqualTo(Duration.ofSeconds(9));
    assertThatThrownBy(
            () -> DnsSource.builder("http://no-such.invalid").systemResolver(true).build().nodes())
        .hasMessage("no-such.invalid: not known to the system's resolver");
  }

  @Test
  void the_table_of_hosts_comes_first_with_all_its_lines(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("hosts"),
            "127.0.0.1 localhost\n"
                + "10.0.0.1\tS3 s3.local # first\n"
                + "# 10.0.0.9 s3\n"
                + "fd00::1 s3\n"
                + "bad s3\n");
    HostsFile hosts = new HostsFile(file);
    assertThat(hosts.find("s3"))
        .containsExactly(InetAddress.getByName("10.0.0.1"), InetAddress.getByName("fd00::1"));
    assertThat(hosts.find("s3.local")).hasSize(1);
    assertThat(hosts.find("other")).isEmpty();
    assertThat(new HostsFile(folder.resolve("none")).find("s3")).isEmpty();
    assertThat(ids(DnsSource.builder("http://localhost:9000").network("127.0.0.0/8").build()))
        .as("by this host's")
        .containsExactly("127.0.0.1:9000");
  }

  @Test
  void what_is_no_setting_is_refused() {
    for (String network : List.of("10.0.0.0/33", "10.0.0/8", "s3.example", "fd00::/129", "x::/8")) {
      assertThatThrownBy(() -> builder().network(network))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("network: " + network + " (expected: ");
    }
    for (String address : List.of("ns.example", "10.0.0.53:0", "10.0.0.53:70000", "10.0.0")) {
      assertThatThrownBy(() -> builder().server(address))
          .hasMessageContaining("name server: " + address);
    }
    assertThatThrownBy(() -> builder().leastTtl(Duration.ofMinutes(6)).build())
        .hasMessageContaining("dns most ttl: PT5M (expected: PT6M to PT24H)");
    assertThatThrownBy(() -> DnsSource.builder("s3.example").build())
        .hasMessageContaining("no scheme");
    assertThatThrownBy(() -> builder().timeout(Duration.ZERO).build())
        .hasMessageContaining("dns timeout");
    assertThatThrownBy(() -> builder().interval(Duration.ZERO).build())
        .hasMessageContaining("dns interval");
  }
}
