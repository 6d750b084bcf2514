package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/*
 * Its beginning is read ahead, as far as is needed to know what the answer is; the attempt is told of that,
 * or that it was not to be had, and of nothing after that. From then on it is its reader's: nothing is
 * asked for that he did not ask for.
 */
/** The body of the answer to one attempt. Within the request's {@link Serial}. */
final class AsyncBody implements Part, Subscriber<ByteBuffer> {
  private final AsyncExchange exchange;
  private final Serial serial;
  private final Attempt attempt;
  private final BodyRecord record;
  private final int ahead; // bytes that are to be read before the answer is judged
  private boolean isAhead; // they are being read
  private @Nullable Subscription subscription;
  private final Deque<ByteBuffer> buffered = new ArrayDeque<>();
  private int read; // bytes that are buffered
  private boolean complete;
  private @Nullable IOException broken; // its end, while there is something buffered
  private long asked; // buffers that the client was asked for, and has not brought
  private @Nullable Reader reader;
  private boolean over; // nobody is told of anything

  AsyncBody(AsyncExchange exchange, Serial serial, BodyRecord record, int ahead) {
    this.exchange = exchange;
    this.serial = serial;
    this.attempt = exchange.attempt();
    this.record = record;
    this.ahead = ahead;
    this.isAhead = ahead > 0;
  }

  // Signals of the HTTP client.

  @Override
  public void onSubscribe(Subscription to) {
    serial.run(() -> subscribed(to));
  }

  @Override
  public void onNext(ByteBuffer bytes) {
    serial.run(() -> next(bytes));
  }

  @Override
  public void onError(Throwable e) {
    serial.run(() -> failed(e));
  }

  @Override
  public void onComplete() {
    serial.run(this::completed);
  }

  private void subscribed(Subscription to) {
    if (over) {
      to.cancel();
      return;
    }
    subscription = to;
    if (isAhead) {
      ask(1);
    } else if (asked > 0) {
      to.request(asked);
    }
  }

  private void ask(long buffers) {
    asked = asked + buffers < 0 ? Long.MAX_VALUE : asked + buffers;
    attempt.reading();
    Subscription to = subscription;
    if (to != null) {
      to.request(buffers);
    }
  }

  private void next(ByteBuffer bytes) {
    int n = bytes.remaining();
    if (over || complete) {
      return;
    }
    asked -= asked == Long.MAX_VALUE ? 0 : 1;
    attempt.idle(n);
    record.received(n);
    if (isAhead) {
      buffered.add(bytes);
      read += n;
      if (read >= ahead) {
        enoughCame();
      } else {
        ask(1);
      }
      return;
    }
    Reader told = reader;
    if (told != null) {
      told.next(bytes);
    }
    if (asked > 0 && !over) {
      attempt.reading();
    }
  }

  private void completed() {
    if (complete || over) {
      return;
    }
    try {
      record.ended();
    } catch (IOException e) {
      exchange.abort();
      brokeOff(e);
      return;
    }
    complete = true;
    if (isAhead) {
      enoughCame();
    } else {
      allCame();
    }
  }

  private void enoughCame() {
    isAhead = false;
    exchange.enoughCame();
  }

  /** The HTTP client told of a failure, here or elsewhere. */
  void failed(Throwable e) {
    if (!complete && !over) {
      brokeOff(record.broken(String.valueOf(e.getMessage()), e));
    }
  }

  private void brokeOff(IOException why) {
    complete = true;
    if (isAhead) {
      isAhead = false;
      exchange.brokeOff(why);
    } else {
      broken = why;
      allCame();
    }
  }

  // What is buffered.

  /** As much as was to be read ahead, or all there is. */
  byte[] beginning() {
    return beginning(ahead);
  }

  /** All that is buffered: of a small answer, the answer. */
  byte[] document() {
    return beginning(Integer.MAX_VALUE);
  }

  private byte[] beginning(int most) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.min(most, read));
    for (ByteBuffer one : buffered) {
      ByteBuffer left = one.duplicate();
      left.limit(left.position() + Math.min(left.remaining(), bytes.remaining()));
      bytes.put(left);
    }
    return bytes.array();
  }

  /** Nobody is to get what has come. */
  void clear() {
    buffered.clear();
  }

  // As a part of what the reader gets.

  @Override
  public void readBy(Reader told) {
    reader = told;
  }

  @Override
  public void demand(long buffers) {
    pass(buffers);
  }

  private void pass(long buffers) {
    Reader told = reader;
    long left = buffers;
    while (left > 0 && !buffered.isEmpty() && told != null) {
      ByteBuffer first = buffered.remove();
      left--;
      told.next(first);
    }
    if (over || told == null || !buffered.isEmpty()) {
      return;
    }
    if (complete) {
      over = true;
      IOException why = broken;
      if (why == null) {
        told.ended();
      } else {
        told.brokeOff(why);
      }
    } else if (left > 0) {
      ask(left);
    }
  }

  private void allCame() {
    pass(0);
    Reader told = reader;
    if (told != null) {
      told.allCame();
    }
  }

  @Override
  public boolean isAllHere() {
    return complete;
  }

  @Override
  public void cancel() {
    if (over) {
      return;
    }
    over = true;
    buffered.clear();
    if (complete) {
      return;
    }
    record.aborted();
    Subscription to = subscription;
    if (to != null) {
      to.cancel();
    }
    exchange.abort();
  }

  /** It is no answer: nobody hears of it any more. */
  void isNone() {
    over = true;
    buffered.clear();
  }

  /** Reads what is of no interest, or does not. */
  record Unwanted(boolean reads) implements Subscriber<ByteBuffer> {
    @Override
    public void onSubscribe(Subscription to) {
      if (reads) {
        to.request(Long.MAX_VALUE);
      } else {
        to.cancel();
      }
    }

    @Override
    public void onNext(ByteBuffer bytes) {}

    @Override
    public void onError(Throwable e) {}

    @Override
    public void onComplete() {}
  }
}
