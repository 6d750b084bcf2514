package io.nodewise.lb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URISyntaxException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpLiteralTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          ::,                       ::
          ::1,                      ::1
          1::,                      1::
          0:0:0:0:0:0:0:0,          ::
          2001:0DB8::0001,          2001:db8::1
          1:2:3:4:5:6:7:8,          1:2:3:4:5:6:7:8
          1:2:3:4:5:6:7::,          1:2:3:4:5:6:7:0
          ::2:3:4:5:6:7:8,          0:2:3:4:5:6:7:8
          1:0:0:2:0:0:0:3,          1:0:0:2::3
          1:0:0:2:3:0:0:4,          1::2:3:0:0:4
          0:0:1:0:0:0:1:0,          0:0:1::1:0
          64:ff9b::1.2.3.4,         64:ff9b::102:304
          1:2:3:4:5:6:1.2.3.4,      1:2:3:4:5:6:102:304
          ::ffff:0102:0304,         ::ffff:1.2.3.4
          ::FFFF:255.0.0.1,         ::ffff:255.0.0.1
          ::1.2.3.4,                ::102:304
          """)
  void writesTheCanonicalForm(String text, String canonical) throws Exception {
    assertThat(IpLiteral.canonicalIpv6(text)).isEqualTo(canonical);
    assertThat(IpLiteral.canonicalIpv6(canonical)).isEqualTo(canonical);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          '',                    0
          :,                     0
          1,                     0
          fe,                    0
          :1,                    0
          1:,                    1
          :::,                   2
          1:::2,                 3
          1::2::3,               5
          12345::,               0
          g::,                   0
          1:2:3:4:5:6:7,         0
          1:2:3:4:5:6:7:8:9,    16
          1:2:3:4:5:6:7:8::,     0
          ::1:2:3:4:5:6:7:8,     0
          1.2.3.4,               0
          ::1.2.3,               2
          ::1.2.3.256,           2
          ::1.2.3.4:5,           2
          1:2:3:4:5:6:7:1.2.3.4, 14
          ::1%1,                 3
          ' ::1',                0
          ::1/64,                3
          """)
  void refusesTheRest(String text, int index) {
    assertThatThrownBy(() -> IpLiteral.canonicalIpv6(text))
        .isInstanceOfSatisfying(
            URISyntaxException.class,
            e -> {
              assertThat(e.getIndex()).isEqualTo(index);
              assertThat(e.getReason()).startsWith("not an IPv6 address: " + text + " (expected: ");
            });
  }

  @Test
  void meansTheSameAddressAsTheJdk() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[16];
      for (int j = 0; j < 16; j += 2) {
        if (random.nextBoolean()) { // many zeros, so that they run together
          bytes[j] = (byte) random.nextInt();
          bytes[j + 1] = (byte) random.nextInt();
        }
      }
      String written = Inet6Address.getByAddress(null, bytes, -1).getHostAddress();
      String canonical = IpLiteral.canonicalIpv6(written);
      String as = "seed " + seed + ": " + written + " as " + canonical;
      assertThat(canonical.length()).as(as).isLessThanOrEqualTo(written.length());
      assertThat(IpLiteral.canonicalIpv6(canonical)).as(as).isEqualTo(canonical);
      assertThat(InetAddress.getByName(canonical).getAddress())
          .as(as)
          .isEqualTo(InetAddress.getByAddress(bytes).getAddress());
    }
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          0.0.0.0,         true
          255.255.255.255, true
          10.20.30.40,     true
          '',              false
          .,               false
          1.2.3,           false
          1.2.3.4.,        false
          1.2.3.4.5,       false
          1..3.4,          false
          256.0.0.1,       false
          01.0.0.1,        false
          1.2.3.x,         false
          1.2.3.1000,      false
          """)
  void knowsDottedQuads(String text, boolean expected) {
    assertThat(IpLiteral.isIpv4(text)).isEqualTo(expected);
  }
}
