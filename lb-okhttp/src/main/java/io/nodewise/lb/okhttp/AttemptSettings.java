package io.nodewise.lb.okhttp;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * What an attempt takes over from the call it is part of; travels as a tag of its request.
 *
 * @param resend whether OkHttp may send the request again to the same node over a new connection
 * @param connectMillis 0 for no limit, as all of them
 */
record AttemptSettings(boolean resend, int connectMillis, int readMillis, int writeMillis) {

  static AttemptSettings of(Interceptor.Chain chain, boolean mayResend, Duration connect) {
    int ours = (int) Math.min(Integer.MAX_VALUE, Math.max(1, connect.toMillis()));
    int theirs = chain.connectTimeoutMillis();
    return new AttemptSettings(
        chain.getRetryOnConnectionFailure() && mayResend,
        theirs == 0 ? ours : Math.min(ours, theirs),
        chain.readTimeoutMillis(),
        chain.writeTimeoutMillis());
  }

  /** The only application interceptor of attempts: puts the settings into effect. */
  static Response apply(Interceptor.Chain chain) throws IOException {
    AttemptSettings settings = chain.request().tag(AttemptSettings.class);
    if (settings == null) {
      throw new IllegalStateException("an attempt without settings: " + chain.request().method());
    }
    return chain
        .withRetryOnConnectionFailure(settings.resend())
        .withConnectTimeout(settings.connectMillis(), TimeUnit.MILLISECONDS)
        .withReadTimeout(settings.readMillis(), TimeUnit.MILLISECONDS)
        .withWriteTimeout(settings.writeMillis(), TimeUnit.MILLISECONDS)
        .proceed(chain.request());
  }
}
