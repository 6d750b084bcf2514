package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Makes the transport when the S3 client is built, over the user's HTTP client or one that is made
 * for it. What the user set on his HTTP client wins; where he set nothing, the clocks are those of
 * the load balancer and the pool has room for every node.
 *
 * @param <D> the HTTP client
 * @param <T> the transport over it
 */
abstract class TransportSource<D extends SdkAutoCloseable, T extends SdkAutoCloseable> {
  final LoadBalancer cluster;
  final ApiCalls calls;
  final Confirmation confirmation;
  private final @Nullable D client;
  private @Nullable T made;

  /**
   * Nothing is made yet.
   *
   * @param client the user's, who closes it; null if one is to be made
   */
  TransportSource(
      LoadBalancer cluster, ApiCalls calls, Confirmation confirmation, @Nullable D client) {
    this.cluster = cluster;
    this.calls = calls;
    this.confirmation = confirmation;
    this.client = client;
  }

  abstract String nameOf(D httpClient);

  abstract T over(D httpClient, boolean owns);

  final T transport(Supplier<D> maker) {
    D given = client;
    if (given != null) {
      UnfitClient.refuse(nameOf(given), cluster);
      return made(over(given, false));
    }
    D own = maker.get();
    T transport = made(over(own, true)); // first, so that it is closed if it is refused
    UnfitClient.refuse(nameOf(own), cluster);
    return transport;
  }

  private T made(T transport) {
    made = transport;
    return transport;
  }

  /** Closes what was made: there will be no S3 client to do it. */
  final void discard() {
    if (made != null) {
      made.close();
    }
  }
}
