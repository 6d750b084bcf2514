package io.nodewise.lb.benchmarks.peers;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ChannelLogger;
import io.grpc.ClientStreamTracer;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SynchronizationContext;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** What a gRPC balancer needs around it: a channel whose connections are all up at once. */
final class GrpcChannel extends LoadBalancer.Helper {
  static final Metadata NO_HEADERS = new Metadata();
  static final ClientStreamTracer.StreamInfo ANY_STREAM =
      ClientStreamTracer.StreamInfo.newBuilder().build();

  static final PickSubchannelArgs ANY_CALL =
      new PickSubchannelArgs() {
        @Override
        public CallOptions getCallOptions() {
          return CallOptions.DEFAULT;
        }

        @Override
        public Metadata getHeaders() {
          return NO_HEADERS;
        }

        @Override
        public MethodDescriptor<?, ?> getMethodDescriptor() {
          throw new UnsupportedOperationException();
        }
      };

  private final SynchronizationContext context =
      new SynchronizationContext(
          (thread, error) -> {
            throw new AssertionError(error);
          });
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "unused");
            thread.setDaemon(true);
            return thread;
          });
  private volatile ConnectivityState state = ConnectivityState.IDLE;
  private volatile @Nullable SubchannelPicker latest;

  private GrpcChannel() {}

  /** The picker of a balancer all of whose nodes are ready. */
  static SubchannelPicker picker(String policy, Map<String, ?> settings, int nodes) {
    GrpcChannel channel = new GrpcChannel();
    LoadBalancerProvider provider = LoadBalancerRegistry.getDefaultRegistry().getProvider(policy);
    Object config = provider.parseLoadBalancingPolicyConfig(settings).getConfig();
    List<EquivalentAddressGroup> addresses = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      addresses.add(
          new EquivalentAddressGroup(InetSocketAddress.createUnresolved("node" + i, 9000)));
    }
    LoadBalancer balancer = provider.newLoadBalancer(channel);
    channel.context.execute(
        () ->
            balancer.acceptResolvedAddresses(
                LoadBalancer.ResolvedAddresses.newBuilder()
                    .setAddresses(addresses)
                    .setLoadBalancingPolicyConfig(config)
                    .build()));
    SubchannelPicker picker = channel.latest;
    if (picker == null || channel.state != ConnectivityState.READY) {
      throw new IllegalStateException(policy + " is " + channel.state + " (expected: READY)");
    }
    return picker;
  }

  @Override
  public LoadBalancer.Subchannel createSubchannel(LoadBalancer.CreateSubchannelArgs args) {
    return new LoadBalancer.Subchannel() {
      private LoadBalancer.@Nullable SubchannelStateListener listener; // by start()

      @Override
      public void start(LoadBalancer.SubchannelStateListener listener) {
        this.listener = listener;
      }

      @Override
      public void requestConnection() {
        LoadBalancer.SubchannelStateListener told = Objects.requireNonNull(listener, "not started");
        context.execute(
            () -> {
              told.onSubchannelState(
                  ConnectivityStateInfo.forNonError(ConnectivityState.CONNECTING));
              told.onSubchannelState(ConnectivityStateInfo.forNonError(ConnectivityState.READY));
            });
      }

      @Override
      public ChannelLogger getChannelLogger() {
        return GrpcChannel.this.getChannelLogger();
      }

      @Override
      public List<EquivalentAddressGroup> getAllAddresses() {
        return args.getAddresses();
      }

      @Override
      public Attributes getAttributes() {
        return args.getAttributes();
      }

      @Override
      public void shutdown() {}
    };
  }

  @Override
  public void updateBalancingState(ConnectivityState now, SubchannelPicker picker) {
    state = now;
    latest = picker;
  }

  @Override
  public void refreshNameResolution() {}

  @Override
  public SynchronizationContext getSynchronizationContext() {
    return context;
  }

  @Override
  public ScheduledExecutorService getScheduledExecutorService() {
    return timer;
  }

  @Override
  public ChannelLogger getChannelLogger() {
    return new ChannelLogger() {
      @Override
      public void log(ChannelLogLevel level, String message) {}

      @Override
      public void log(ChannelLogLevel level, String format, Object... arguments) {}
    };
  }

  @Override
  public ManagedChannel createOobChannel(EquivalentAddressGroup addresses, String authority) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String getAuthority() {
    return "nodes";
  }
}
