package io.nodewise.lb.okhttp;

import java.util.List;
import java.util.stream.Collectors;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;

/**
 * The client's cookies, as OkHttp would handle them for the URL that was asked for. By the node's
 * own URL each node would have its own, and a session would end with a failover.
 */
final class Cookies {
  private Cookies() {}

  static Request with(CookieJar jar, Request request) {
    List<Cookie> cookies = jar.loadForRequest(request.url());
    if (cookies.isEmpty()) {
      return request;
    }
    String header =
        cookies.stream()
            .map(cookie -> cookie.name() + "=" + cookie.value())
            .collect(Collectors.joining("; "));
    return request.newBuilder().header("Cookie", header).build();
  }

  static void save(CookieJar jar, HttpUrl url, Response response) {
    if (jar.equals(CookieJar.NO_COOKIES)) {
      return;
    }
    List<Cookie> cookies = Cookie.parseAll(url, response.headers());
    if (!cookies.isEmpty()) {
      jar.saveFromResponse(url, cookies);
    }
  }
}
