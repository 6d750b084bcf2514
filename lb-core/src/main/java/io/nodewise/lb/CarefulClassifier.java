package io.nodewise.lb;

import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.AnswerClassifier;
import io.nodewise.lb.retry.ErrorAnswer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of the user's that breaks no request, whatever it throws. Thread-safe. */
final class CarefulClassifier implements AnswerClassifier {
  private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

  /** Of what throws something new every time no more kinds than that are logged. */
  private static final int MOST_KINDS = 16;

  private final AnswerClassifier users;
  private final Set<Class<?>> failures = ConcurrentHashMap.newKeySet();

  CarefulClassifier(AnswerClassifier users) {
    this.users = users;
  }

  @Override
  public @Nullable Outcome classify(ErrorAnswer answer) {
    try {
      return users.classify(answer);
    } catch (Throwable e) { // whatever it is: the rules know what the answer means
      if (failures.size() < MOST_KINDS && failures.add(e.getClass())) {
        log.warn("A classifier of answers failed, further such failures are not logged", e);
      }
      return null;
    }
  }
}
