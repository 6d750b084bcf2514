package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.DownloadResume;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
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
  private final DownloadResume downloadResume;
  private final ServerClocks clocks = new ServerClocks();
  private final @Nullable HedgeThreads hedges; // null where hedging is off

  /**
   * Those whose answer is the caller's to read. The attempts and not the bodies, because a body
   * that nobody holds must be seen to be dropped; then the attempt ends by its abort action, which
   * takes it out of here.
   */
  private final Set<Attempt> open = ConcurrentHashMap.newKeySet();

  private final PooledConnections pooled = new PooledConnections();
  private volatile boolean closed; // by close()

  BalancedTransport(
      SdkHttpClient delegate,
      boolean ownsDelegate,
      ApiCalls calls,
      Confirmation confirmation,
      @Nullable HedgeThreads hedges) {
    this.hedges = hedges;
    this.delegate = delegate;
    this.ownsDelegate = ownsDelegate;
    this.calls = calls;
    this.confirmation = confirmation;
    this.downloadResume = calls.downloadResume();
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new BalancedRequest(this, request, calls.of(request.httpRequest()));
  }

  SdkHttpClient delegate() {
    return delegate;
  }

  DownloadResume downloadResume() {
    return downloadResume;
  }

  Confirmation confirmation() {
    return confirmation;
  }

  ServerClocks clocks() {
    return clocks;
  }

  /** What lies in the delegate's pool. */
  PooledConnections pooled() {
    return pooled;
  }

  /** The threads for second attempts; null where nothing is sent twice. */
  @Nullable HedgeThreads hedges() {
    return hedges;
  }

  /** Whether the connections were closed under the requests. */
  boolean isClosed() {
    return closed;
  }

  /** A body goes to the caller. */
  void opened(Attempt attempt) {
    open.add(attempt);
    if (closed) {
      endedByClose(attempt);
    } else if (attempt.verdict() != null) {
      open.remove(attempt); // the abort action may have come before
    }
  }

  /** The answer was read, or never will be. */
  void ended(Attempt attempt) {
    open.remove(attempt);
  }

  /** How many answers are the callers' to read. */
  int openAnswers() {
    return open.size();
  }

  private void endedByClose(Attempt attempt) {
    attempt.end(Outcome.cancelled("client closed"));
    open.remove(attempt);
  }

  @Override
  public String clientName() {
    return delegate.clientName();
  }

  @Override
  public void close() {
    if (hedges != null) {
      hedges.close();
    }
    if (!ownsDelegate) {
      return;
    }
    closed = true;
    delegate.close();
    open.forEach(this::endedByClose);
  }
}
