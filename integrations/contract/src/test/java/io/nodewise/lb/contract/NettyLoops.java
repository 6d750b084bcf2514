package io.nodewise.lb.contract;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;

/** The event loops of one class's clients: Netty takes two seconds to end those of each client. */
final class NettyLoops implements AutoCloseable {
  private final SdkEventLoopGroup loops = SdkEventLoopGroup.builder().numberOfThreads(2).build();

  /**
   * A client on them. A pool of Netty's that never had a connection and is refused one at once, as
   * on loopback, loses the request now and then, which only this clock ends.
   */
  SdkAsyncHttpClient.Builder<?> http() {
    return NettyNioAsyncHttpClient.builder()
        .eventLoopGroup(loops)
        .connectionAcquisitionTimeout(Duration.ofSeconds(1));
  }

  @Override
  public void close() {
    loops.eventLoopGroup().shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5000);
  }
}
