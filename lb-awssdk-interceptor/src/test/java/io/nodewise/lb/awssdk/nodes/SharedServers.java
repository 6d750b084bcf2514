package io.nodewise.lb.awssdk.nodes;

import java.io.File;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;

/**
 * The servers behind {@link S3Nodes}. They use the AWS SDK themselves, the one they were made for:
 * where the tests have another one, the servers are loaded apart. Or they are servers of another
 * product, which somebody else has started.
 */
public final class SharedServers {
  /** A system property: the class path of the servers. Where it is not set, it is that of all. */
  private static final String APART = "nodes.classpath";

  /** A system property: {@code host:port,host:port,...} of servers that are there already. */
  private static final String ELSEWHERE = "nodes.servers";

  private SharedServers() {}

  /** So many, in a class loader of their own where the property says so. */
  static List<InetSocketAddress> wherever(int count) throws Exception {
    String elsewhere = System.getProperty(ELSEWHERE);
    if (elsewhere != null) {
      return Stream.of(elsewhere.split(",")).map(SharedServers::address).toList();
    }
    String path = System.getProperty(APART);
    if (path == null) {
      return start(count);
    }
    List<URL> urls = new ArrayList<>();
    for (String element : path.split(File.pathSeparator)) {
      urls.add(new File(element).toURI().toURL());
    }
    ClassLoader apart =
        new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
    Thread thread = Thread.currentThread();
    ClassLoader usual = thread.getContextClassLoader();
    thread.setContextClassLoader(apart);
    try {
      List<InetSocketAddress> servers = new ArrayList<>();
      Class<?> theirs = apart.loadClass(SharedServers.class.getName());
      for (Object server : (List<?>) theirs.getMethod("start", int.class).invoke(null, count)) {
        servers.add((InetSocketAddress) server);
      }
      return servers;
    } finally {
      thread.setContextClassLoader(usual);
    }
  }

  private static InetSocketAddress address(String hostAndPort) {
    URI at = URI.create("http://" + hostAndPort);
    return new InetSocketAddress(at.getHost(), at.getPort());
  }

  /** So many over one store in memory, which end with the JVM. */
  public static List<InetSocketAddress> start(int count) throws Exception {
    BlobStore store = store();
    List<InetSocketAddress> servers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      servers.add(start(store, "127.0.0.1", null, AuthenticationType.AWS_V4));
    }
    return servers;
  }

  static BlobStore store() {
    Properties properties = new Properties();
    properties.setProperty("jclouds.identity", "");
    properties.setProperty("jclouds.credential", "");
    return BlobStores.create("transient", properties);
  }

  static InetSocketAddress start(
      BlobStore store, String host, String virtualHost, AuthenticationType authentication)
      throws Exception {
    S3Proxy.Builder builder =
        S3Proxy.builder()
            .blobStore(store)
            .endpoint(URI.create("http://" + host + ":0"))
            .awsAuthentication(authentication, S3Nodes.ACCESS_KEY, S3Nodes.SECRET_KEY)
            .ignoreUnknownHeaders(true)
            .jettyMaxThreads(64);
    S3Proxy server = (virtualHost == null ? builder : builder.virtualHost(virtualHost)).build();
    server.start();
    return new InetSocketAddress(host, server.getPort());
  }
}
