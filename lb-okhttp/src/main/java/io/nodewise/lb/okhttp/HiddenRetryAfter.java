package io.nodewise.lb.okhttp;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;

/*
 * OkHttp sends a request again by itself, to the same server and a write as well, where a 503 says
 * "Retry-After: 0". Whether and where it goes on is for us to say, so OkHttp does not get to see it.
 */
/** Hides a pause of nothing from OkHttp and brings it back for everybody else. Pure. */
final class HiddenRetryAfter {
  private static final String NAME = "Retry-After";
  private static final String HIDDEN = "Nodewise-Retry-After";

  private HiddenRetryAfter() {}

  /** The outermost network interceptor of attempts: the client's own see answers as they are. */
  static Response hide(Interceptor.Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    String pause = response.header(NAME);
    return pause != null && isNothing(response, pause)
        ? renamed(response, NAME, HIDDEN, pause)
        : response;
  }

  private static boolean isNothing(Response response, String pause) {
    return response.code() == 503 && pause.matches("0+");
  }

  static Response bringBack(Response response) {
    String pause = response.header(HIDDEN);
    if (pause == null || !isNothing(response, pause)) { // a server may say anything
      return response;
    }
    Response network = response.networkResponse();
    Response.Builder builder = renamed(response, HIDDEN, NAME, pause).newBuilder();
    return builder
        .networkResponse(network == null ? null : renamed(network, HIDDEN, NAME, pause))
        .build();
  }

  private static Response renamed(Response response, String from, String to, String value) {
    return response.newBuilder().removeHeader(from).header(to, value).build();
  }
}
