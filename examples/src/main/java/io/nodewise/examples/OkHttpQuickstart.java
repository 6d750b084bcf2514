package io.nodewise.examples;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.okhttp.LoadBalancedOkHttp;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Any stateless HTTP service by OkHttp: what is asked of the logical endpoint goes to a healthy
 * node. Here it is the nodes' own health page.
 */
public final class OkHttpQuickstart {
  private OkHttpQuickstart() {}

  public static void main(String[] nodes) throws Exception {
    OkHttpClient plain = new OkHttpClient();
    try (LoadBalancer cluster = LoadBalancer.builder().nodes(nodes).build()) {
      OkHttpClient http = LoadBalancedOkHttp.wrap(cluster, plain);
      HttpUrl url = HttpUrl.get(cluster.logicalEndpoint()).resolve("/healthz");
      for (int i = 0; i < 20; i++) {
        try (Response response = http.newCall(new Request.Builder().url(url).build()).execute()) {
          System.out.println(
              response.code() + " from " + response.networkResponse().request().url().port());
        }
      }
      System.out.println(cluster.snapshot().toTable());
    } finally {
      plain.dispatcher().executorService().shutdown();
      plain.connectionPool().evictAll();
    }
  }
}
