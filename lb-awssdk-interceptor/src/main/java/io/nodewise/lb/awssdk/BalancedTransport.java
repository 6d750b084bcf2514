package io.nodewise.lb.awssdk;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * The HTTP client of a balanced S3 client: picks the node, sends through a delegate. Thread-safe;
 * closed by the S3 client, and closes the delegate if that was made for it.
 */
final class BalancedTransport implements SdkHttpClient {
  private final SdkHttpClient delegate;
  private final boolean ownsDelegate;
  private final ApiCalls calls;
  private final Confirmation confirmation;

  /** Weak, because a body that nobody holds must be seen to be dropped. */
  private final Set<ReceivedBody> open =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private volatile boolean closed; // by close()

  BalancedTransport(
      SdkHttpClient delegate, boolean ownsDelegate, ApiCalls calls, Confirmation confirmation) {
    this.delegate = delegate;
    this.ownsDelegate = ownsDelegate;
    this.calls = calls;
    this.confirmation = confirmation;
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new BalancedRequest(this, request, calls.of(request.httpRequest()));
  }

  SdkHttpClient delegate() {
    return delegate;
  }

  Confirmation confirmation() {
    return confirmation;
  }

  /** Whether the connections were closed under the requests. */
  boolean isClosed() {
    return closed;
  }

  /** A body goes to the caller. */
  void opened(ReceivedBody body) {
    open.add(body);
    if (closed) {
      body.clientClosed();
    }
  }

  void ended(ReceivedBody body) {
    open.remove(body);
  }

  @Override
  public String clientName() {
    return delegate.clientName();
  }

  @Override
  public void close() {
    if (!ownsDelegate) {
      return;
    }
    closed = true;
    delegate.close();
    List<ReceivedBody> left;
    synchronized (open) {
      left = List.copyOf(open);
    }
    left.forEach(ReceivedBody::clientClosed);
  }
}
