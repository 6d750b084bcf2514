package io.grpc.xds;

import io.grpc.xds.WeightedRoundRobinLoadBalancer.StaticStrideScheduler;
import java.util.concurrent.atomic.AtomicInteger;

/** The way to gRPC's scheduler of weighted round robin, which its package keeps to itself. */
public final class GrpcStride {
  private final StaticStrideScheduler scheduler;

  /** Weights differ a little: of equal ones it makes a plain round robin. */
  public GrpcStride(int nodes) {
    float[] weights = new float[nodes];
    for (int i = 0; i < nodes; i++) {
      weights[i] = 1 + i % 3 / 10f;
    }
    scheduler = new StaticStrideScheduler(weights, new AtomicInteger());
  }

  /** The next index. */
  public int pick() {
    return scheduler.pick();
  }
}
