package io.nodewise.lb.awssdk;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/**
 * The HTTP client of a balanced asynchronous S3 client: picks the node, sends through a delegate.
 * Thread-safe; closed by the S3 client, and closes the delegate if that was made for it.
 */
final class AsyncTransport extends Transport implements SdkAsyncHttpClient {
  private final SdkAsyncHttpClient delegate;
  private final boolean ownsDelegate;
  private final AsyncThreads threads;
  private final boolean mayWait;

  /**
   * Requests of which something is to be ended. Not only those whose answer is somebody's to read:
   * nobody's thread ends the others.
   */
  private final Set<AsyncRequest> underWay = ConcurrentHashMap.newKeySet();

  /**
   * @param mayWait whether a request may have to wait for a place on a node
   */
  AsyncTransport(
      SdkAsyncHttpClient delegate,
      boolean ownsDelegate,
      ApiCalls calls,
      Confirmation confirmation,
      AsyncThreads threads,
      boolean mayWait) {
    super(calls, confirmation, new PooledConnections());
    this.delegate = delegate;
    this.ownsDelegate = ownsDelegate;
    this.threads = threads;
    this.mayWait = mayWait;
  }

  @Override
  public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
    return new AsyncRequest(this, request, calls().of(request.request())).begin();
  }

  SdkAsyncHttpClient delegate() {
    return delegate;
  }

  AsyncThreads threads() {
    return threads;
  }

  boolean mayWait() {
    return mayWait;
  }

  @Override
  public String clientName() {
    return delegate.clientName();
  }

  void begun(AsyncRequest request) {
    underWay.add(request);
  }

  void ended(AsyncRequest request) {
    underWay.remove(request);
  }

  /** How many requests are under way. */
  int underWay() {
    return underWay.size();
  }

  /** Ends what is under way, also over a client of the caller's: the SDK's own threads end, too. */
  @Override
  public void close() {
    closes();
    for (AsyncRequest request : underWay) {
      request.giveUp(AbortedException.create("the client was closed"));
    }
    if (ownsDelegate) {
      close(delegate);
    }
    threads.close();
  }
}
