package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.LOGICAL;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Cache;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSink;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The settings of the client that was wrapped, in balanced requests. */
@Timeout(30)
class SettingsTest {
  private String headers = "";
  private String content = "ok";
  private FaultServer server;
  private LoadBalancer cluster;

  @BeforeEach
  void start() throws IOException {
    server =
        new FaultServer(
            connection -> {
              String request;
              while ((request = connection.readRequest()) != null) {
                boolean secret = request.contains("/secret") && !request.contains("Authorization");
                connection.write(
                    (secret ? "HTTP/1.1 401 Unauthorized\r\n" : "HTTP/1.1 200 OK\r\n")
                        + headers
                        + "Content-Length: "
                        + content.length()
                        + "\r\n\r\n"
                        + content);
              }
            });
    cluster = Clusters.inTurn(server.url()).build();
  }

  @AfterEach
  void stop() throws IOException {
    Clusters.assertIdle(cluster);
    cluster.close();
    server.close();
  }

  private static String get(OkHttpClient client, String path) throws IOException {
    try (Response response =
        client.newCall(new Request.Builder().url(LOGICAL + path).build()).execute()) {
      assertThat(response.code()).isEqualTo(200);
      return response.body().string();
    }
  }

  @Test
  void interceptorsRunPerCallAndNetworkInterceptorsPerAttempt() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger attempts = new AtomicInteger();
    OkHttpClient plain =
        new OkHttpClient.Builder()
            .addInterceptor(
                chain -> {
                  calls.getAndIncrement();
                  return chain.proceed(chain.request());
                })
            .addNetworkInterceptor(
                chain -> {
                  attempts.getAndIncrement();
                  return chain.proceed(chain.request());
                })
            .build();
    try (FaultServer bad = new FaultServer(FaultServer.Connection::readRequest);
        LoadBalancer both = Clusters.inTurn(bad.url(), server.url()).build()) {
      get(LoadBalancedOkHttp.wrap(both, plain), "/k");
    }
    assertThat(calls).hasValue(1);
    assertThat(attempts).hasValue(2);
  }

  @Test
  void timeoutsOfInterceptorsHold() throws IOException {
    OkHttpClient plain =
        new OkHttpClient.Builder()
            .readTimeout(0, TimeUnit.SECONDS)
            .addInterceptor(
                chain -> chain.withReadTimeout(200, TimeUnit.MILLISECONDS).proceed(chain.request()))
            .build();
    try (FaultServer hung = new FaultServer(FaultServer.Connection::hang);
        LoadBalancer both = Clusters.inTurn(hung.url(), server.url()).build()) {
      assertThat(get(LoadBalancedOkHttp.wrap(both, plain), "/k")).isEqualTo("ok");
      assertThat(Clusters.node(both, hung.url()).faults()).isEqualTo(1);
    }
  }

  @Test
  void challengesAreAnswered() throws IOException {
    OkHttpClient plain =
        new OkHttpClient.Builder()
            .authenticator(
                (route, response) ->
                    response.request().newBuilder().header("Authorization", "Basic x").build())
            .build();
    assertThat(get(LoadBalancedOkHttp.wrap(cluster, plain), "/secret")).isEqualTo("ok");
    assertThat(server.requests()).hasSize(2);
    assertThat(cluster.snapshot().attempts()).isEqualTo(1);
  }

  @Test
  void gzipIsUnpacked() throws IOException {
    Buffer packed = new Buffer();
    try (BufferedSink sink = Okio.buffer(new GzipSink(packed))) {
      sink.writeUtf8("text ".repeat(1000));
    }
    content = packed.readString(ISO_8859_1);
    headers = "Content-Encoding: gzip\r\n";
    assertThat(get(LoadBalancedOkHttp.wrap(cluster, new OkHttpClient()), "/k")).hasSize(5000);
  }

  @Test
  void aCacheIsLeftOut(@TempDir File folder) throws IOException {
    headers = "Cache-Control: max-age=1000\r\n";
    try (Cache cache = new Cache(folder, 1_000_000)) {
      OkHttpClient client =
          LoadBalancedOkHttp.wrap(cluster, new OkHttpClient.Builder().cache(cache).build());
      get(client, "/k");
      content = "new";
      assertThat(get(client, "/k")).isEqualTo("new");
    }
  }

  @Test
  void listenersSeeTheCallAndEachAttempt() throws IOException {
    List<String> hosts = new CopyOnWriteArrayList<>();
    OkHttpClient plain =
        new OkHttpClient.Builder()
            .eventListener(
                new EventListener() {
                  @Override
                  public void callStart(Call call) {
                    hosts.add(call.request().url().host());
                  }
                })
            .build();
    get(LoadBalancedOkHttp.wrap(cluster, plain), "/k");
    assertThat(hosts).containsExactly("s3.local", "127.0.0.1");
    assertThat(plain.dispatcher().runningCallsCount()).isZero();
  }
}
