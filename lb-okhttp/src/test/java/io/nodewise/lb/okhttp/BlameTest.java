package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.LOGICAL;
import static io.nodewise.lb.okhttp.Clusters.assertOk;
import static io.nodewise.lb.okhttp.Clusters.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.LoadBalancer;
import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What does not count against a node. */
@Timeout(30)
class BlameTest {
  private FaultServer good;

  @BeforeEach
  void start() throws IOException {
    good = FaultServer.good();
  }

  @AfterEach
  void stop() throws IOException {
    good.close();
  }

  @Test
  void aStaleConnectionIsNobodysFault() throws IOException {
    try (FaultServer server =
            new FaultServer(
                connection -> {
                  connection.readRequest();
                  connection.write(FaultServer.OK);
                  if (connection.number == 1) {
                    connection.readRequest(); // and hangs up in place of an answer
                  } else {
                    connection.hang();
                  }
                });
        LoadBalancer cluster = Clusters.inTurn(server.url()).build()) {
      OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
      assertOk(client, "GET");
      assertOk(client, "GET");
      assertThat(server.connections()).isEqualTo(2);
      assertThat(Clusters.node(cluster, server.url()).faults()).isZero();
    }
  }

  @Test
  void aFailureOfTheCallersDataIsNotTheNodes() throws IOException {
    RequestBody broken =
        new RequestBody() {
          @Override
          public MediaType contentType() {
            return null;
          }

          @Override
          public long contentLength() {
            return 100_000;
          }

          @Override
          public void writeTo(BufferedSink sink) throws IOException {
            sink.write(new byte[50_000]);
            throw new IOException("disk gone");
          }
        };
    try (LoadBalancer cluster = Clusters.inTurn(good.url()).build()) {
      OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
      Request request = new Request.Builder().url(LOGICAL + "/k").put(broken).build();
      assertThatThrownBy(() -> client.newCall(request).execute()).hasMessage("disk gone");
      assertThat(Clusters.node(cluster, good.url()).faults()).isZero();
      Clusters.assertIdle(cluster);
    }
  }

  @Test
  void aFailureOfTheCallersInterceptorIsNotTheNodes() throws IOException {
    OkHttpClient plain =
        new OkHttpClient.Builder()
            .addNetworkInterceptor(
                chain -> {
                  throw new IOException("no token");
                })
            .build();
    try (LoadBalancer cluster = Clusters.inTurn(good.url(), Clusters.dead()).build()) {
      OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, plain);
      assertThatThrownBy(() -> client.newCall(request("GET")).execute()).hasMessage("no token");
      assertThat(cluster.snapshot().attempts()).isEqualTo(1);
      assertThat(Clusters.node(cluster, good.url()).faults()).isZero();
      Clusters.assertIdle(cluster);
    }
  }
}
