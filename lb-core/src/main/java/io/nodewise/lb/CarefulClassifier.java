package io.nodewise.lb;

import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.AnswerClassifier;
import io.nodewise.lb.retry.ErrorAnswer;
import org.jspecify.annotations.Nullable;

/** One of the user's that breaks no request, whatever it throws. Thread-safe. */
final class CarefulClassifier implements AnswerClassifier {
  private final AnswerClassifier users;
  private final Complaints complaints = new Complaints("A classifier of answers");

  CarefulClassifier(AnswerClassifier users) {
    this.users = users;
  }

  @Override
  public @Nullable Outcome classify(ErrorAnswer answer) {
    try {
      return users.classify(answer);
    } catch (Throwable e) { // whatever it is: the rules know what the answer means
      complaints.about(e);
      return null;
    }
  }
}
