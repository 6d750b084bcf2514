package io.nodewise.lb.okhttp;

import io.nodewise.lb.hedge.Contender;
import io.nodewise.lb.hedge.HedgeThreads;
import io.nodewise.lb.hedge.Race;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A read on its way to one node and, if that takes long, to a second one. For one use. */
final class HedgedCall {

  private final BalancedCall owner;
  private final Race<Answered> race;
  private volatile @Nullable IOException secondsFailure; // by the second attempt's thread

  HedgedCall(BalancedCall owner, NodeCall first) {
    this.owner = owner;
    this.race = new Race<>(new Racing(first), this::second, owner.user()::isOver);
  }

  /**
   * As {@link NodeCall#send}, with a second attempt after the delay.
   *
   * @throws IOException as the first attempt did, where neither was answered
   */
  Answered run(HedgeThreads threads, Duration delay) throws IOException {
    try {
      return race.run(threads, delay);
    } catch (IOException e) {
      IOException failure = secondsFailure;
      if (failure != null && race.hasSecondFailed()) {
        owner.note(failure);
      }
      throw e;
    }
  }

  private @Nullable Contender<Answered> second() {
    NodeCall call = owner.hedge();
    return call == null ? null : new Second(call);
  }

  /** An attempt, as the race sees it. */
  private static class Racing implements Contender<Answered> {
    final NodeCall call;

    Racing(NodeCall call) {
      this.call = call;
    }

    @Override
    public Answered send() throws IOException {
      return call.send();
    }

    @Override
    public boolean isErrorOfNode(Answered answer) {
      return answer.isErrorOfNode();
    }

    @Override
    public void answerBegins() {
      call.answerBegins();
    }

    @Override
    public Answered refused(Answered answer) {
      call.refused(answer);
      return answer;
    }

    @Override
    public Answered received(Answered answer) {
      return answer; // it is taken in when it is clear that the request goes on nowhere
    }

    /** An exception of another kind is an interceptor's of the user, who is to hear of it. */
    @Override
    public void failed(Exception e) {
      if (e instanceof IOException io) {
        failed(io);
      } else {
        call.cancel(e.toString());
        throw (RuntimeException) e;
      }
    }

    void failed(IOException e) {
      call.failed(e);
    }

    @Override
    public void lost() {
      call.lost();
    }

    @Override
    public void cancel(String reason) {
      call.cancel(reason);
    }

    @Override
    public void drop(@Nullable Answered answer) {
      if (answer != null) {
        call.abort();
        answer.response().close();
      }
    }

    @Override
    public void abort() {
      call.abort();
    }

    @Override
    public String toString() {
      return "an attempt on " + call.node().id();
    }
  }

  /** The user's call goes on with it, if it wins. */
  private final class Second extends Racing {
    Second(NodeCall call) {
      super(call);
    }

    @Override
    public Answered refused(Answered answer) {
      super.refused(answer).response().close();
      return answer;
    }

    @Override
    public Answered received(Answered answer) {
      call.takeOver();
      return answer;
    }

    @Override
    void failed(IOException e) {
      secondsFailure = call.failed(e);
    }
  }
}
