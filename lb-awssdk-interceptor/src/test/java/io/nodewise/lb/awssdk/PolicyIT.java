package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.routing.BalancingPolicy;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.s3.S3Client;

/** Every policy through an S3 client, and what a request belongs to. */
class PolicyIT extends OnS3Nodes {

  static Stream<BalancingPolicy> policies() {
    return Stream.of(
        BalancingPolicy.leastLoaded(),
        BalancingPolicy.leastLoaded(3),
        BalancingPolicy.powerOfTwoChoices(),
        BalancingPolicy.roundRobin(),
        BalancingPolicy.random(),
        BalancingPolicy.rendezvous(),
        BalancingPolicy.sticky(),
        BalancingPolicy.pinUntilError(),
        BalancingPolicy.zoneAware("here"),
        BalancingPolicy.subset(2, "me"));
  }

  @ParameterizedTest
  @MethodSource("policies")
  void a_dead_node_is_felt_under_no_policy(BalancingPolicy policy) {
    LoadBalancer cluster = unprobed(4);
    cluster.policy(policy);
    S3Client s3 = client(cluster);
    nodes.get(1).kill();
    for (int i = 0; i < 20; i++) {
      put(s3, "k" + i, bytes(500 + i));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(get(s3, "k" + i)).isEqualTo(bytes(500 + i));
    }
    assertIdle(cluster);
  }

  private static List<Long> attempts(LoadBalancer cluster) {
    return cluster.snapshot().nodes().stream().map(NodeSnapshot::attempts).toList();
  }

  private static long used(LoadBalancer cluster) {
    return attempts(cluster).stream().filter(count -> count > 0).count();
  }

  @Test
  void an_object_is_read_where_it_was_written() {
    LoadBalancer cluster = unprobed(4);
    cluster.policy(BalancingPolicy.rendezvous(4));
    S3Client s3 = client(cluster);
    put(s3, "one", bytes(100));
    for (int i = 0; i < 20; i++) {
      get(s3, "one");
    }
    assertThat(used(cluster)).isEqualTo(1);
    for (int i = 0; i < 40; i++) {
      put(s3, "other" + i, bytes(10));
    }
    assertThat(used(cluster)).isEqualTo(4);
  }

  @Test
  void requests_that_belong_together_by_the_users_word_go_to_one_node() {
    LoadBalancer cluster = unprobed(4);
    cluster.policy(BalancingPolicy.sticky());
    S3Client s3 = client(cluster);
    for (int i = 0; i < 20; i++) {
      String key = "k" + i;
      s3.putObject(
          put ->
              put.bucket(bucket)
                  .key(key)
                  .overrideConfiguration(
                      o -> o.putExecutionAttribute(LoadBalancedS3.AFFINITY, "tenant-7")),
          software.amazon.awssdk.core.sync.RequestBody.fromBytes(bytes(10)));
    }
    assertThat(used(cluster)).isEqualTo(1);
  }
}
