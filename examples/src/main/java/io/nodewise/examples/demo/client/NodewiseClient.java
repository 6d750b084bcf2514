package io.nodewise.examples.demo.client;

import io.nodewise.examples.demo.nodes.S3Node;
import io.nodewise.examples.status.StatusPage;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.awssdk.LoadBalancedS3;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeState;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** The arm with the library: one client over all nodes, with its defaults. */
final class NodewiseClient implements ClientUnderTest {
  private final LoadBalancer cluster;
  private final S3Client s3;

  NodewiseClient(List<URI> nodes) {
    cluster =
        LoadBalancer.builder()
            .nodes(nodes.stream().map(URI::toString).toArray(String[]::new))
            .healthCheck(HealthCheck.http(S3Node.HEALTH_PATH))
            .build();
    s3 =
        LoadBalancedS3.builder(cluster)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(S3Node.ACCESS_KEY, S3Node.SECRET_KEY)))
            .overrideConfiguration(o -> o.addExecutionInterceptor(new CallTrace.Counter()))
            .build();
  }

  @Override
  public S3Client s3() {
    return s3;
  }

  @Override
  public List<NodeRow> rows() {
    return cluster.snapshot().nodes().stream().map(NodewiseClient::row).toList();
  }

  private static NodeRow row(NodeSnapshot node) {
    return new NodeRow(
        node.node().id(),
        node.state().toString(),
        health(node.state()),
        node.reason(),
        Optional.of(node.age()),
        node.share(),
        node.inFlight(),
        node.attempts(),
        node.faults(),
        node.firstByteP50(),
        node.firstByteP99());
  }

  private static NodeRow.Health health(NodeState state) {
    return switch (state) {
      case UP -> NodeRow.Health.GOOD;
      case UNKNOWN, DEGRADED, READ_ONLY, TRIAL, DRAINING -> NodeRow.Health.DOUBTFUL;
      case EJECTED, DOWN, DISABLED -> NodeRow.Health.BAD;
    };
  }

  @Override
  public StatusPage page(int port) throws IOException {
    return StatusPage.on(port, cluster);
  }

  @Override
  public long failovers() {
    return cluster.snapshot().failovers();
  }

  @Override
  public void close() {
    s3.close();
    cluster.close();
  }
}
