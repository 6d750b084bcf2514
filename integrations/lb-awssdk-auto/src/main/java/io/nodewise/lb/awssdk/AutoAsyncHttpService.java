package io.nodewise.lb.awssdk;

import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpService;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * As {@link AutoHttpService}, for asynchronous clients: {@code
 * -Dsoftware.amazon.awssdk.http.async.service.impl=io.nodewise.lb.awssdk.AutoAsyncHttpService}.
 * Needs the SDK's Netty client on the class path. Thread-safe.
 */
public final class AutoAsyncHttpService implements SdkAsyncHttpService {
  /** For the SDK, which makes it by its name. */
  public AutoAsyncHttpService() {}

  @Override
  public SdkAsyncHttpClient.Builder<?> createAsyncHttpClientFactory() {
    return new Builder();
  }

  private static final class Builder implements SdkAsyncHttpClient.Builder<Builder> {
    @Override
    public SdkAsyncHttpClient buildWithDefaults(AttributeMap serviceDefaults) {
      return AutoAsyncTransport.of(serviceDefaults);
    }
  }
}
