package io.nodewise.lb.awssdk;

import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;

/** An HTTP client each of whose requests waits for what a test does with it. Thread-safe. */
final class HeldHttpClient implements SdkHttpClient {
  private final List<Sending> sendings = new CopyOnWriteArrayList<>();

  /** One request, answered with the id of its node. */
  static final class Sending implements ExecutableHttpRequest {
    final String node;
    final boolean isSecond = Thread.currentThread().getName().startsWith("nodewise-hedge");
    final AtomicBoolean aborted = new AtomicBoolean();
    final AtomicBoolean bodyAborted = new AtomicBoolean();
    volatile boolean ignoresAbort;
    volatile boolean stalls; // in its body
    volatile @Nullable Error diesInBody;
    volatile @Nullable Throwable abortThrows; // once, having aborted it
    private final CompletableFuture<Integer> status = new CompletableFuture<>();

    Sending(String node) {
      this.node = node;
    }

    void answer(int code) {
      status.complete(code);
    }

    /** The caller's thread runs out of something. */
    void die(Error error) {
      status.completeExceptionally(error);
    }

    /** Interrupts the thread that waits for the answer. */
    void interrupt() {
      status.completeExceptionally(new InterruptedException());
    }

    /** Whether it failed, or nobody reads its answer. */
    boolean isOver() {
      return aborted.get() || bodyAborted.get() || status.isCompletedExceptionally();
    }

    void fail(String why) {
      status.completeExceptionally(new IOException(why));
    }

    @Override
    public HttpExecuteResponse call() throws IOException {
      try {
        int code = status.get();
        byte[] body =
            (code == 503 ? "<Code>SlowDown</Code>" : node).getBytes(StandardCharsets.US_ASCII);
        return HttpExecuteResponse.builder()
            .response(
                SdkHttpResponse.builder()
                    .statusCode(code)
                    .putHeader("Content-Length", Integer.toString(body.length))
                    .build())
            .responseBody(
                AbortableInputStream.create(
                    stalls || diesInBody != null ? new Stalled() : new ByteArrayInputStream(body),
                    () -> bodyAborted.set(true)))
            .build();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        if (e.getCause() instanceof InterruptedException) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted");
        }
        throw new IOException(e.getCause().getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted");
      }
    }

    /** A body of which nothing comes before it is aborted, or an error at once. */
    private final class Stalled extends InputStream {
      @Override
      public int read() throws IOException {
        if (diesInBody != null) {
          throw diesInBody;
        }
        soon().until(() -> aborted.get() || bodyAborted.get());
        throw new IOException("aborted");
      }
    }

    @Override
    public void abort() {
      aborted.set(true);
      if (!ignoresAbort) {
        fail("aborted");
      }
      Throwable thrown = abortThrows;
      abortThrows = null;
      if (thrown instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      if (thrown instanceof Error error) {
        throw error;
      }
    }
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    Sending sending =
        new Sending(request.httpRequest().host() + ":" + request.httpRequest().port());
    sendings.add(sending);
    return sending;
  }

  /** The n-th request so far, from 0; waits for it. */
  Sending sent(int n) {
    soon().until(() -> sendings.size() > n);
    return sendings.get(n);
  }

  /** The request on its caller's thread; waits for it. */
  Sending first() {
    return sent(false);
  }

  /** The one on a thread for second attempts; waits for it. */
  Sending second() {
    return sent(true);
  }

  private Sending sent(boolean second) {
    soon().until(() -> sendings.stream().anyMatch(one -> one.isSecond == second));
    return sendings.stream().filter(one -> one.isSecond == second).findFirst().orElseThrow();
  }

  /** Waits, and looks again and again without a pause. */
  static ConditionFactory soon() {
    return await()
        .atMost(Duration.ofSeconds(20))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1));
  }

  int count() {
    return sendings.size();
  }

  void forget() {
    sendings.clear();
  }

  @Override
  public void close() {
    sendings.forEach(Sending::abort);
  }
}
