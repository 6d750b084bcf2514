package io.nodewise.lb.okhttp;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;

/** Real S3 servers over one store in memory, which verify signatures, each behind a proxy. */
final class S3Servers implements AutoCloseable {
  static final String ACCESS_KEY = "test-access-key";
  static final String SECRET_KEY = "test-secret-key";

  private final List<S3Proxy> servers = new ArrayList<>();
  private final List<NodeProxy> nodes = new ArrayList<>();

  S3Servers(int count) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("jclouds.identity", "");
    properties.setProperty("jclouds.credential", "");
    BlobStore store = BlobStores.create("transient", properties);
    for (int i = 0; i < count; i++) {
      S3Proxy server =
          S3Proxy.builder()
              .blobStore(store)
              .endpoint(URI.create("http://127.0.0.1:0"))
              .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
              .ignoreUnknownHeaders(true)
              .jettyMaxThreads(32)
              .build();
      server.start();
      servers.add(server);
      nodes.add(new NodeProxy(server.getPort()));
    }
  }

  List<NodeProxy> nodes() {
    return nodes;
  }

  String[] urls() {
    return nodes.stream().map(NodeProxy::url).toArray(String[]::new);
  }

  @Override
  public void close() throws Exception {
    nodes.forEach(NodeProxy::close);
    for (S3Proxy server : servers) {
      server.stop();
    }
  }
}
