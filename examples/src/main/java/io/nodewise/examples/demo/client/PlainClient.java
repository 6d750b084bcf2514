package io.nodewise.examples.demo.client;

import io.nodewise.examples.demo.nodes.S3Node;
import io.nodewise.examples.status.StatusPage;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The arm without the library: an ordinary client for each node, call by call in turn. */
final class PlainClient implements ClientUnderTest {
  private final List<S3Client> clients = new ArrayList<>();
  private final List<PlainNode> nodes = new ArrayList<>();
  private final AtomicLong turn = new AtomicLong();

  PlainClient(List<URI> uris) {
    for (URI uri : uris) {
      PlainNode node = new PlainNode(uri.getAuthority());
      nodes.add(node);
      clients.add(
          S3Client.builder()
              .endpointOverride(uri)
              .region(Region.US_EAST_1)
              .forcePathStyle(true)
              .credentialsProvider(
                  StaticCredentialsProvider.create(
                      AwsBasicCredentials.create(S3Node.ACCESS_KEY, S3Node.SECRET_KEY)))
              .overrideConfiguration(
                  o ->
                      o.addExecutionInterceptor(new CallTrace.Counter())
                          .addExecutionInterceptor(node))
              .build());
    }
  }

  @Override
  public S3Client s3() {
    return clients.get((int) (turn.getAndIncrement() % clients.size()));
  }

  @Override
  public List<NodeRow> rows() {
    long all = nodes.stream().mapToLong(PlainNode::attempts).sum();
    return nodes.stream().map(node -> node.row(all)).toList();
  }

  @Override
  public long failovers() {
    return 0; // each client knows one node only
  }

  @Override
  public StatusPage page(int port) {
    throw new IllegalArgumentException("--page: the plain client has no load balancer to show");
  }

  @Override
  public void close() {
    clients.forEach(S3Client::close);
  }
}
