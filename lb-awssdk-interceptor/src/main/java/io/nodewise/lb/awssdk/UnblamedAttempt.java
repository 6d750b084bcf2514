package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * An attempt whose node has been blamed for the very same before: what it does badly again says no
 * more about it. That it can't be reached, or hangs, still does. Thread-safe as what it stands for.
 */
final class UnblamedAttempt implements Attempt {
  private final Attempt attempt;

  UnblamedAttempt(Attempt attempt) {
    this.attempt = attempt;
  }

  @Override
  public void end(Outcome outcome) {
    attempt.end(
        outcome.kind() == Outcome.Kind.FAULT ? Outcome.cancelled(outcome.reason()) : outcome);
  }

  @Override
  public Node node() {
    return attempt.node();
  }

  @Override
  public void abortBy(Runnable action) {
    attempt.abortBy(action);
  }

  @Override
  public void readingLocalBody() {
    attempt.readingLocalBody();
  }

  @Override
  public void sending() {
    attempt.sending();
  }

  @Override
  public void sent() {
    attempt.sent();
  }

  @Override
  public void bodySent(long bytes) {
    attempt.bodySent(bytes);
  }

  @Override
  public void status(int code) {
    attempt.status(code);
  }

  @Override
  public void firstByte() {
    attempt.firstByte();
  }

  @Override
  public void firstByteOfError() {
    attempt.firstByteOfError();
  }

  @Override
  public void reading() {
    attempt.reading();
  }

  @Override
  public void idle() {
    attempt.idle();
  }

  @Override
  public void idle(long received) {
    attempt.idle(received);
  }

  @Override
  public void endWith(Object response) {
    attempt.endWith(response);
  }

  @Override
  public @Nullable Outcome verdict() {
    return attempt.verdict();
  }

  @Override
  public void lost() {
    attempt.lost();
  }

  @Override
  public void close() {
    attempt.close();
  }
}
