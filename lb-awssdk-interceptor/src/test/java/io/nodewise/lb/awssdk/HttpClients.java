package io.nodewise.lb.awssdk;

import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/** HTTP clients of a user, who wants to know what becomes of them. */
final class HttpClients {
  static final Watched SHARED = new Watched(apache().build());

  static final WatchedBuilder BUILDER = new WatchedBuilder(apache());

  private HttpClients() {}

  /** The default of the SDK, which calls it deprecated since there is Apache 5. */
  @SuppressWarnings("deprecation")
  static ApacheHttpClient.Builder apache() {
    return ApacheHttpClient.builder();
  }

  /** Counts requests and closes. */
  static final class Watched implements SdkHttpClient {
    private final SdkHttpClient real;
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    Watched(SdkHttpClient real) {
      this.real = real;
    }

    int sent() {
      return sent.get();
    }

    int closed() {
      return closed.get();
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      sent.incrementAndGet();
      return real.prepareRequest(request);
    }

    @Override
    public String clientName() {
      return real.clientName();
    }

    @Override
    public void close() {
      closed.incrementAndGet();
      real.close();
    }
  }

  /** Makes watched clients, and remembers the last one and what it was made with. */
  static final class WatchedBuilder implements SdkHttpClient.Builder<WatchedBuilder> {
    private final SdkHttpClient.Builder<?> real;
    private Watched made;
    private AttributeMap defaults;

    WatchedBuilder(SdkHttpClient.Builder<?> real) {
      this.real = real;
    }

    Watched made() {
      return made;
    }

    AttributeMap defaults() {
      return defaults;
    }

    @Override
    public SdkHttpClient buildWithDefaults(AttributeMap serviceDefaults) {
      defaults = serviceDefaults;
      made = new Watched(real.buildWithDefaults(serviceDefaults));
      return made;
    }
  }
}
