package io.nodewise.examples.demo.client;

import io.nodewise.examples.status.StatusPage;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
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

  @Override
  void close();

  /** Which clients there are. */
  enum Kind {
    /** The library: one client that balances over all nodes. */
    NODEWISE,
    /** What users have without it: one plain client a node, taken in turn. */
    PLAIN;

    /**
     * A client for these nodes.
     *
     * @param page that shows its load balancer, where it has one; null: none does
     */
    public ClientUnderTest open(List<URI> nodes, @Nullable StatusPage page) {
      return switch (this) {
        case NODEWISE -> new NodewiseClient(nodes, page);
        case PLAIN -> new PlainClient(nodes);
      };
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
