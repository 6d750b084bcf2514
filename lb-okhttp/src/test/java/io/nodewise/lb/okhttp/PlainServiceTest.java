package io.nodewise.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.junit.jupiter.api.Test;

/** A stateless service: whichever instance is well answers. */
class PlainServiceTest extends OnInstances {
  @Test
  void withoutSessionsAllInstancesServe() throws IOException {
    OkHttpClient client =
        LoadBalancedOkHttp.builder(cluster)
            .affinity(Affinity.header("X-Session"))
            .wrap(new OkHttpClient());
    Set<String> served = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      served.add(get(client, "/"));
    }
    assertThat(served).containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void anInstanceThatSaysItIsIllIsLeftAndTakenBack() throws IOException {
    OkHttpClient client =
        LoadBalancedOkHttp.builder(cluster).affinity(request -> null).wrap(new OkHttpClient());
    instance("b").healthy = false;
    awaitReady(2);
    for (int i = 0; i < 50; i++) {
      assertThat(get(client, "/")).isNotEqualTo("b");
    }
    instance("b").healthy = true;
    awaitReady(3);
  }

  @Test
  void instancesAreRestartedOneByOneUnderLoadAndNothingFails() throws Exception {
    OkHttpClient client =
        LoadBalancedOkHttp.builder(cluster)
            .affinity(request -> null)
            .repeatable(RepeatableRequests.idempotent())
            .wrap(new OkHttpClient());
    CompletableFuture<Void> restarts =
        CompletableFuture.runAsync(
            () -> {
              for (Instance one : instances) {
                one.stop();
                awaitReady(2);
                try {
                  one.restart();
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
                awaitReady(3);
              }
            });
    int sent = 0;
    while (!restarts.isDone()) {
      assertThat(get(client, "/")).isIn("a", "b", "c");
      Request put =
          new Request.Builder()
              .url(SERVICE + "/thing")
              .put(RequestBody.create("x".getBytes(StandardCharsets.UTF_8)))
              .build();
      assertThat(send(client, put)).isIn("a", "b", "c");
      sent += 2;
    }
    restarts.get();
    assertThat(sent).isGreaterThan(20);
  }
}
