package io.nodewise.lb;

import io.nodewise.lb.cluster.LiveNode;
import io.nodewise.lb.cluster.RunningAttempt;
import io.nodewise.lb.cluster.Sweeper;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.Timeouts;
import org.jspecify.annotations.Nullable;

/** An {@link Attempt} under the sweeper's eyes. */
class NodeAttempt extends RunningAttempt implements Attempt {

  NodeAttempt(
      LiveNode node,
      Sweeper sweeper,
      @Nullable Timeouts own,
      boolean hasBody,
      boolean isRead,
      boolean hasAlternative) {
    super(node, sweeper, own, hasBody, isRead, hasAlternative);
  }

  @Override
  public Node node() {
    return live().node();
  }

  @Override
  public void abortBy(Runnable action) {
    abortWith(action);
  }

  @Override
  public void readingLocalBody() {
    enter(Phase.LOCAL);
  }

  @Override
  public void sending() {
    enter(Phase.SENDING);
  }

  @Override
  public void sent() {
    enter(Phase.WAITING);
  }

  @Override
  public void bodySent(long bytes) {
    // Nobody wants to know.
  }

  @Override
  public void status(int code) {
    // Nobody wants to know.
  }

  @Override
  public void firstByte() {
    answered(true);
  }

  @Override
  public void firstByteOfError() {
    answered(false);
  }

  @Override
  public void reading() {
    enter(Phase.READING);
  }

  @Override
  public void idle() {
    enter(Phase.IDLE);
  }

  @Override
  public void idle(long received) {
    enter(Phase.IDLE, received);
  }

  @Override
  public void endWith(Object response) {
    watch(response);
  }

  @Override
  public void end(Outcome outcome) {
    finish(outcome);
  }

  @Override
  public void lost() {
    finishAsLoser();
  }

  @Override
  public void close() {
    finish(Outcome.cancelled());
  }

  @Override
  public String toString() {
    return "Attempt[" + node().id() + "]";
  }
}
