package io.nodewise.lb.hedge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** An attempt that is answered when the test says so; notes what becomes of it. */
final class HeldContender implements Contender<String> {
  final String name;
  final CountDownLatch sent = new CountDownLatch(1);
  final AtomicReference<String> end = new AtomicReference<>(); // the first counts, as an attempt's
  final AtomicInteger received = new AtomicInteger();
  final AtomicInteger dropped = new AtomicInteger(); // answers
  final AtomicInteger aborted = new AtomicInteger();
  private final CompletableFuture<String> answer = new CompletableFuture<>();
  volatile boolean ignoresAbort;
  volatile @Nullable Throwable abortThrows;
  volatile @Nullable Throwable receivedThrows;
  volatile @Nullable RuntimeException dropThrows;
  volatile boolean showsItsBugs; // to the caller, whatever the other one brings

  HeldContender(String name) {
    this.name = name;
  }

  /** The node says so; an error, if it begins with a 5. */
  void answer(String said) {
    answer.complete(said);
  }

  void fail(Throwable why) {
    answer.completeExceptionally(why);
  }

  /** Whether nothing of it is left but what the caller got. */
  boolean isSettled() {
    boolean answered = answer.isDone() && !answer.isCompletedExceptionally();
    return received.get() == 1
        ? dropped.get() == 0
        : end.get() != null && (!answered || dropped.get() > 0);
  }

  @Override
  public String send() throws IOException {
    sent.countDown();
    try {
      return answer.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw thrown(e.getCause());
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    } catch (TimeoutException e) {
      throw new AssertionError("nobody answers " + name, e);
    }
  }

  private static IOException thrown(Throwable why) {
    if (why instanceof Error error) {
      throw error;
    }
    if (why instanceof RuntimeException bug) {
      throw bug;
    }
    return (IOException) why;
  }

  @Override
  public boolean isErrorOfNode(String said) {
    return said.startsWith("5");
  }

  @Override
  public void answerBegins() {}

  @Override
  public String refused(String said) {
    end("refused");
    if (name.equals("second")) {
      drop(said);
    }
    return said;
  }

  @Override
  public String received(String said) throws IOException {
    Throwable why = receivedThrows;
    if (why != null) {
      throw thrown(why);
    }
    received.incrementAndGet();
    return said;
  }

  @Override
  public void failed(Exception e) {
    end("failed");
    if (showsItsBugs && e instanceof RuntimeException bug) {
      throw bug;
    }
  }

  @Override
  public void lost() {
    end("lost");
  }

  @Override
  public void cancel(String reason) {
    end("cancelled");
  }

  private void end(String how) {
    end.compareAndSet(null, how);
  }

  @Override
  public void drop(@Nullable String said) {
    dropped.addAndGet(said == null ? 0 : 1);
    RuntimeException why = dropThrows;
    if (why != null) {
      throw why;
    }
  }

  @Override
  public void abort() {
    aborted.incrementAndGet();
    Throwable why = abortThrows;
    if (why != null) {
      try {
        throw new UncheckedIOException(thrown(why));
      } finally {
        fail(new IOException("aborted"));
      }
    }
    if (!ignoresAbort) {
      fail(new IOException("aborted"));
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
