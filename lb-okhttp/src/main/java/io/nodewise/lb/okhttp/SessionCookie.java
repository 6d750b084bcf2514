package io.nodewise.lb.okhttp;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.Cookie;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/*
 * A policy knows sessions by a name that is there before a node is chosen. The first request of a
 * session that a server begins has none yet: so it is given one, and when its answer brings the
 * cookie, the cookie's value is noted to mean that name.
 */
/** Sessions by a cookie that the nodes set. Thread-safe. */
final class SessionCookie implements Affinity {
  /** Sessions remembered; some hundred bytes each. As many as the sticky policy remembers. */
  private static final int SESSIONS = 100_000;

  private static final AtomicLong NUMBER = new AtomicLong();

  private final String name;

  @GuardedBy("names")
  private final Map<String, String> names = // of sessions, by value of the cookie
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > SESSIONS;
        }
      };

  SessionCookie(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  @Override
  public String to(Request request) {
    String value = valueIn(request);
    if (value == null) {
      return "new session " + NUMBER.incrementAndGet();
    }
    synchronized (names) {
      return names.getOrDefault(value, value);
    }
  }

  private @Nullable String valueIn(Request request) {
    for (String header : request.headers("Cookie")) {
      for (String pair : header.split(";")) {
        int equals = pair.indexOf('=');
        if (equals > 0 && pair.substring(0, equals).trim().equals(name)) {
          return pair.substring(equals + 1).trim();
        }
      }
    }
    return null;
  }

  /** The answer to a request of this session may have (re)named it. */
  void learn(String session, HttpUrl url, Response response) {
    for (Cookie cookie : Cookie.parseAll(url, response.headers())) {
      boolean isNamed = cookie.name().equals(name) && !cookie.value().isEmpty();
      if (isNamed && !cookie.value().equals(session)) {
        synchronized (names) {
          names.put(cookie.value(), session);
        }
      }
    }
  }

  @Override
  public String toString() {
    return "Affinity[cookie " + name + "]";
  }
}
