package io.nodewise.lb.okhttp;

import java.util.Locale;
import java.util.Set;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** What a redirect asks for, by OkHttp's rules, and what of it may leave the cluster. */
final class Redirects {
  /** Headers that are nobody's secret. Credentials have too many names to list those instead. */
  private static final Set<String> HARMLESS =
      Set.of(
          "accept",
          "accept-encoding",
          "accept-language",
          "cache-control",
          "if-match",
          "if-modified-since",
          "if-none-match",
          "if-range",
          "if-unmodified-since",
          "range",
          "user-agent");

  private Redirects() {}

  /** The request to follow with; null if the answer is no redirect or none that is followed. */
  static @Nullable Request next(Request request, Response response, Interceptor.Chain chain) {
    int code = response.code();
    String location = response.header("Location");
    if (!isRedirect(code) || location == null || !chain.getFollowRedirects()) {
      return null;
    }
    HttpUrl url = request.url().resolve(location);
    boolean schemeKept = url != null && url.scheme().equals(request.url().scheme());
    if (url == null || !(schemeKept || chain.getFollowSslRedirects())) {
      return null;
    }
    RequestBody body = request.body();
    Request.Builder builder = request.newBuilder().url(url);
    if (code == 307 || code == 308 || keepsMethod(request.method())) {
      return body != null && (body.isOneShot() || body.isDuplex()) ? null : builder.build();
    }
    return builder
        .get()
        .removeHeader("Transfer-Encoding")
        .removeHeader("Content-Length")
        .removeHeader("Content-Type")
        .build();
  }

  private static boolean isRedirect(int code) {
    return (code >= 300 && code <= 303) || code == 307 || code == 308;
  }

  private static boolean keepsMethod(String method) {
    return method.equals("GET") || method.equals("HEAD") || method.equals("PROPFIND");
  }

  /** The request without headers that might be secret, among them the {@code Host} it was for. */
  static Request withoutCredentials(Request request) {
    Headers.Builder kept = new Headers.Builder();
    for (String name : request.headers().names()) {
      if (HARMLESS.contains(name.toLowerCase(Locale.ROOT))) {
        for (String value : request.headers(name)) {
          kept.addUnsafeNonAscii(name, value);
        }
      }
    }
    return request.newBuilder().headers(kept.build()).build();
  }
}
