package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.LOGICAL;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.LoadBalancer;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.List;
import java.util.Locale;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Redirects inside the set stay balanced; outside it goes nothing that could be a credential. */
class RedirectTest {
  private String status = "307 Temporary Redirect";
  private String location = "/there";
  private FaultServer node;
  private FaultServer stranger;
  private LoadBalancer cluster;
  private OkHttpClient client;

  @BeforeEach
  void start() throws IOException {
    stranger = FaultServer.good();
    node =
        new FaultServer(
            connection -> {
              String request;
              while ((request = connection.readRequest()) != null) {
                boolean redirect = request.split(" ")[1].startsWith("/here");
                connection.write(
                    redirect
                        ? "HTTP/1.1 "
                            + status
                            + "\r\nLocation: "
                            + location
                            + "\r\nContent-Length: 0\r\n\r\n"
                        : FaultServer.OK);
              }
            });
    cluster = Clusters.inTurn(node.url()).build();
    client = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
  }

  @AfterEach
  void stop() throws IOException {
    Clusters.assertIdle(cluster);
    cluster.close();
    node.close();
    stranger.close();
  }

  private static Request.Builder secret() {
    return new Request.Builder()
        .url(LOGICAL + "/here?X-Amz-Signature=key")
        .header("Authorization", "AWS4-HMAC-SHA256 Credential=key")
        .header("Proxy-Authorization", "Basic key")
        .header("Cookie", "session=1")
        .header("X-Amz-Security-Token", "token")
        .header("X-Amz-Server-Side-Encryption-Customer-Key", "key")
        .header("X-Auth-Token", "token")
        .header("Range", "bytes=0-1")
        .header("User-Agent", "test");
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 301, 302, 303, 307, 308})
  void outsideGoesNoCredential(int code) throws IOException {
    status = code + " Elsewhere";
    location = stranger.url() + "/signed?there=1";
    try (Response response = client.newCall(secret().build()).execute()) {
      assertThat(response.code()).isEqualTo(200);
      response.body().string();
    }
    assertNothingSecret("get");
  }

  /** What OkHttp makes a GET of has no body any more, and goes. */
  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303})
  void outsideGoesNoCredentialOfAWriteEither(int code) throws IOException {
    status = code + " Elsewhere";
    location = stranger.url() + "/signed?there=1";
    Request put = secret().put(RequestBody.create("key".getBytes(UTF_8))).build();
    try (Response response = client.newCall(put).execute()) {
      response.body().string();
    }
    assertNothingSecret("get");
  }

  private void assertNothingSecret(String method) {
    assertThat(stranger.requests()).hasSize(1);
    String sent = stranger.requests().get(0).toLowerCase(Locale.ROOT);
    assertThat(sent)
        .startsWith(method + " /signed?there=1 ")
        .contains("host: " + stranger.authority())
        .contains("range: bytes=0-1")
        .contains("user-agent: test")
        .doesNotContain("key", "token", "session", "s3.local", "authorization");
  }

  /** The jar's cookies are those of the URL that was asked for, and of no other. */
  @Test
  void outsideGoesNoCookieOfTheJar() throws IOException {
    Cookie session = new Cookie.Builder().domain("s3.local").name("session").value("1").build();
    CookieJar jar =
        new CookieJar() {
          @Override
          public void saveFromResponse(HttpUrl url, List<Cookie> cookies) {}

          @Override
          public List<Cookie> loadForRequest(HttpUrl url) {
            return session.matches(url) ? List.of(session) : List.of();
          }
        };
    client = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient.Builder().cookieJar(jar).build());
    location = stranger.url() + "/signed?there=1";
    Request request = secret().removeHeader("Cookie").build();
    client.newCall(request).execute().close();
    assertThat(node.requests().get(0)).contains("Cookie: session=1");
    assertNothingSecret("get");
  }

  @ParameterizedTest
  @ValueSource(ints = {307, 308})
  void outsideGoesNoBody(int code) throws IOException {
    status = code + " Elsewhere";
    location = stranger.url() + "/there";
    Request put = secret().put(RequestBody.create("data".getBytes(UTF_8))).build();
    try (Response response = client.newCall(put).execute()) {
      assertThat(response.code()).isEqualTo(code);
    }
    assertThat(stranger.connections()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/there", LOGICAL + "/there", "node/there"})
  void insideItIsBalancedAgain(String to) throws IOException {
    location = to.replace("node", node.url());
    Request put = secret().put(RequestBody.create("data".getBytes(UTF_8))).build();
    try (Response response = client.newCall(put).execute()) {
      assertThat(response.code()).isEqualTo(200);
      response.body().string();
    }
    assertThat(node.requests()).hasSize(2);
    assertThat(node.requests().get(1))
        .startsWith("PUT /there ")
        .contains("Authorization: AWS4")
        .endsWith("\r\n\r\ndata");
    assertThat(cluster.snapshot().attempts()).isEqualTo(2);
    assertThat(cluster.snapshot().failovers()).isZero();
  }

  @Test
  void seeOtherBecomesGet() throws IOException {
    status = "303 See Other";
    Request post = secret().post(RequestBody.create("data".getBytes(UTF_8))).build();
    client.newCall(post).execute().close();
    assertThat(node.requests().get(1))
        .startsWith("GET /there ")
        .doesNotContain("Content-Length", "data");
  }

  @Test
  void aClientThatDoesNotFollowGetsTheRedirect() throws IOException {
    client = client.newBuilder().followRedirects(false).build();
    try (Response response = client.newCall(secret().build()).execute()) {
      assertThat(response.code()).isEqualTo(307);
    }
    assertThat(node.requests()).hasSize(1);
  }

  @Test
  void aCircleEnds() {
    location = "/here";
    assertThatThrownBy(() -> client.newCall(secret().build()).execute())
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Too many follow-up requests: 21");
    assertThat(node.requests()).hasSize(21);
  }
}
