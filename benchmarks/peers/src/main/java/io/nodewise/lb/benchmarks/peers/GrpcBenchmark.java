package io.nodewise.lb.benchmarks.peers;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.Status;
import io.grpc.xds.GrpcStride;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * gRPC. Round robin: the pick. Least request: the pick, and the tracer of the stream it comes with,
 * whose start and end count the request in and out of flight. Both through the picker that the
 * balancer hands to its channel, whose subchannels all say they are ready. Static stride: the
 * scheduler of weighted round robin alone, without the reports of weights.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 100, time = 2, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH sets the fields
public class GrpcBenchmark {
  @Param({"10", "100", "1000"})
  public int nodes;

  private SubchannelPicker inTurn;
  private SubchannelPicker leastOfTwo;
  private SubchannelPicker leastOfFive;
  private GrpcStride stride;

  @Setup
  public void build() {
    inTurn = GrpcChannel.picker("round_robin", Map.of(), nodes);
    leastOfTwo =
        GrpcChannel.picker("least_request_experimental", Map.of("choiceCount", 2.0), nodes);
    leastOfFive =
        GrpcChannel.picker("least_request_experimental", Map.of("choiceCount", 5.0), nodes);
    stride = new GrpcStride(nodes);
  }

  @Benchmark
  public Object roundRobin() {
    return inTurn.pickSubchannel(GrpcChannel.ANY_CALL);
  }

  @Benchmark
  public int staticStride() {
    return stride.pick();
  }

  @Benchmark
  public Object leastRequest2() {
    return requested(leastOfTwo);
  }

  @Benchmark
  public Object leastRequest5() {
    return requested(leastOfFive);
  }

  private static Object requested(SubchannelPicker picker) {
    PickResult picked = picker.pickSubchannel(GrpcChannel.ANY_CALL);
    ClientStreamTracer tracer =
        picked
            .getStreamTracerFactory()
            .newClientStreamTracer(GrpcChannel.ANY_STREAM, GrpcChannel.NO_HEADERS);
    tracer.streamCreated(Attributes.EMPTY, GrpcChannel.NO_HEADERS);
    tracer.streamClosed(Status.OK);
    return picked.getSubchannel();
  }
}
