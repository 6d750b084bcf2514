package io.nodewise.examples.demo.nodes;

import java.net.URI;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;

/**
 * One S3 server: s3proxy on a loopback port, every signature verified, objects in a directory.
 * Nodes over the same directory are the nodes of one cluster.
 */
public final class S3Node {
  public static final String ACCESS_KEY = "demo-access-key";
  public static final String SECRET_KEY = "demo-secret-key";

  /** The path that answers 200 to an anonymous GET while the node is alive. */
  public static final String HEALTH_PATH = "/healthz";

  /** Longer than any request of the demo takes, shorter than anybody's patience. */
  private static final long STOP_TIMEOUT_MILLIS = 5_000;

  private S3Node() {}

  /** Returns a server that is not started yet; port 0 takes a free one. */
  public static S3Proxy create(int port, Path directory) {
    return over(directory).endpoint(URI.create("http://127.0.0.1:" + port)).build();
  }

  /** The same over TLS, at a free port, with the certificate of this key store. */
  public static S3Proxy createSecure(Path keyStore, String password, Path directory) {
    return over(directory)
        .secureEndpoint(URI.create("https://127.0.0.1:0"))
        .keyStore(keyStore.toString(), password)
        .build();
  }

  private static S3Proxy.Builder over(Path directory) {
    Properties properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", directory.toString());
    properties.setProperty("jclouds.identity", "");
    properties.setProperty("jclouds.credential", "");
    return S3Proxy.builder()
        .blobStore(BlobStores.create("filesystem", properties))
        .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
        .ignoreUnknownHeaders(true)
        .jettyMaxThreads(64)
        .stopTimeout(STOP_TIMEOUT_MILLIS);
  }
}
