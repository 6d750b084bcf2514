package io.nodewise.lb.okhttp;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.NodeState;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes of https: verified by their own names, and a failed handshake is "nothing sent". */
class TlsTest {
  private static final String LOGICAL = "https://s3.local:9443";

  private WireMockServer server;

  @BeforeEach
  void start() {
    server =
        new WireMockServer(
            WireMockConfiguration.options()
                .dynamicPort()
                .dynamicHttpsPort()
                .bindAddress("127.0.0.1")
                .containerThreads(20));
    server.start();
    server.stubFor(any(anyUrl()).willReturn(aResponse().withBody("ok")));
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private static LoadBalancer cluster(String... nodes) {
    return Clusters.inTurn(nodes).logicalEndpoint(URI.create(LOGICAL)).build();
  }

  private String url(String host) {
    return "https://" + host + ":" + server.httpsPort();
  }

  /** Trusts every certificate, as one for "localhost" only. */
  private static OkHttpClient localhostOnly() {
    X509TrustManager everybody =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String authType) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String authType) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {everybody}, null);
      return new OkHttpClient.Builder()
          .sslSocketFactory(context.getSocketFactory(), everybody)
          .hostnameVerifier((host, session) -> host.equals("localhost"))
          .build();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static Request post() {
    return new Request.Builder()
        .url(LOGICAL + "/k")
        .post(RequestBody.create("data".getBytes(UTF_8)))
        .build();
  }

  @Test
  void theLogicalHostIsSentOverHttp2() throws IOException {
    try (LoadBalancer cluster = cluster(url("localhost"));
        Response response =
            LoadBalancedOkHttp.wrap(cluster, localhostOnly()).newCall(post()).execute()) {
      assertThat(response.protocol()).isEqualTo(Protocol.HTTP_2);
      assertThat(response.body().string()).isEqualTo("ok");
      server.verify(anyRequestedFor(anyUrl()).withHost(equalTo("s3.local")).withPort(9443));
      Clusters.assertIdle(cluster);
    }
  }

  @Test
  void aWrongNameMovesEveryRequestOn() throws IOException {
    try (LoadBalancer cluster = cluster(url("127.0.0.1"), url("localhost"));
        Response response =
            LoadBalancedOkHttp.wrap(cluster, localhostOnly()).newCall(post()).execute()) {
      assertThat(response.body().string()).isEqualTo("ok");
      server.verify(1, anyRequestedFor(anyUrl()));
      assertThat(Clusters.node(cluster, url("127.0.0.1")).state()).isEqualTo(NodeState.DOWN);
    }
  }

  @Test
  void aBrokenHandshakeMovesEveryRequestOn() throws IOException {
    try (FaultServer mute = new FaultServer(connection -> {});
        LoadBalancer cluster = cluster("https://" + mute.authority(), url("localhost"));
        Response response =
            LoadBalancedOkHttp.wrap(cluster, localhostOnly()).newCall(post()).execute()) {
      assertThat(response.body().string()).isEqualTo("ok");
      assertThat(mute.connections()).isPositive();
    }
  }

  @Test
  void nobodyTrustedGetsNothing() {
    try (LoadBalancer cluster = cluster(url("localhost"), url("127.0.0.1"))) {
      OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
      assertThatThrownBy(() -> client.newCall(post()).execute())
          .isInstanceOf(NoNodeAvailableException.class);
      server.verify(0, anyRequestedFor(anyUrl()));
    }
  }
}
