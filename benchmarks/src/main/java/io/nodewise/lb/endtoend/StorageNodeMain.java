package io.nodewise.lb.endtoend;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;

/**
 * The main class of a node's process: {@code <port> <folder of the objects> <file of the mode>}. An
 * S3 server on a loopback port that verifies every signature. Nodes over one folder are the nodes
 * of one cluster. SIGTERM stops it gracefully.
 */
public final class StorageNodeMain {
  static final String ACCESS_KEY = "end-to-end-access-key";
  static final String SECRET_KEY = "end-to-end-secret-key";

  /** The path that answers 200 to an anonymous GET while the process is alive. */
  static final String HEALTH_PATH = "/healthz";

  /** More than the connections of all clients together, so that none waits for a thread. */
  private static final int THREADS = 400;

  /** Longer than any request takes. */
  private static final long STOP_TIMEOUT_MILLIS = 5_000;

  /** How long a new mode may take to be seen. */
  private static final long POLL_MILLIS = 20;

  private StorageNodeMain() {}

  /** Serves until it is ended. */
  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", args[1]);
    properties.setProperty("jclouds.identity", "");
    properties.setProperty("jclouds.credential", "");
    ModalStore store = new ModalStore(BlobStores.create("filesystem", properties));
    Path modeFile = Path.of(args[2]);
    store.mode(read(modeFile));
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(store)
            .endpoint(URI.create("http://127.0.0.1:" + Integer.parseInt(args[0])))
            .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
            .ignoreUnknownHeaders(true)
            .jettyMaxThreads(THREADS)
            .stopTimeout(STOP_TIMEOUT_MILLIS)
            .build();
    server.start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "graceful stop"));
    while (true) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      store.mode(read(modeFile));
    }
  }

  private static NodeMode read(Path modeFile) throws IOException {
    return NodeMode.parse(Files.readString(modeFile));
  }

  private static void stop(S3Proxy server) {
    try {
      server.stop();
    } catch (Exception e) {
      System.out.println("stop: " + e);
    }
  }
}
