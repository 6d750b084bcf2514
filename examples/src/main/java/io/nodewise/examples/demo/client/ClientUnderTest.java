package io.nodewise.examples.demo.client;

import io.nodewise.examples.status.StatusPage;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A way to reach the cluster: what the demo compares. Thread-safe; close it after the last call.
 */
public interface ClientUnderTest extends AutoCloseable {
  /** The client to make the next call with. */
  S3Client s3();

  /** The nodes as this client sees them now, always in the same order. */
  List<NodeRow> rows();

  /** Attempts that went on at another node after one node's fault. */
  long failovers();

  /**
   * Shows its load balancer in a browser, until the page is closed.
   *
   * @throws IOException if the port is taken
   */
  StatusPage page(int port) throws IOException;

  @Override
  void close();

  /** Which clients there are. */
  enum Kind {
    /** The library: one client that balances over all nodes. */
    NODEWISE,
    /** What users have without it: one plain client a node, taken in turn. */
    PLAIN;

    public ClientUnderTest open(List<URI> nodes) {
      return switch (this) {
        case NODEWISE -> new NodewiseClient(nodes);
        case PLAIN -> new PlainClient(nodes);
      };
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
