package io.nodewise.lb.okhttp;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;

/** What browsers do, without their rules. */
final class Jar implements CookieJar {
  private final Map<String, Cookie> cookies = new ConcurrentHashMap<>();

  @Override
  public void saveFromResponse(HttpUrl url, List<Cookie> set) {
    set.forEach(cookie -> cookies.put(cookie.name(), cookie));
  }

  @Override
  public List<Cookie> loadForRequest(HttpUrl url) {
    return cookies.values().stream().filter(cookie -> cookie.matches(url)).toList();
  }
}
