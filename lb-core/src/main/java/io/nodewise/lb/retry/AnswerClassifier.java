package io.nodewise.lb.retry;

import io.nodewise.lb.node.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Says what an error answer means, where a server means another thing by it than servers do in
 * general: a product whose {@code 400 NodeNotReady} is a fault of the node, a gateway whose 500 is
 * the caller's mistake. Asked before the adapter's own rules, for every answer of 400 or more and
 * for every error in the body of a success; not where a node's clock is found to be wrong.
 *
 * <p>What may be said, and what becomes of it:
 *
 * <ul>
 *   <li>{@link Outcome#success()}: the node is well, the answer is the caller's. What came with a
 *       5xx may have been carried out all the same.
 *   <li>{@link Outcome#load(String)}: the node asks for less. It has not carried the request out,
 *       which is sent again as far as the retry budget goes.
 *   <li>{@link Outcome#fault(String)}: the node failed. That is held against it, and the request
 *       goes on at another one, three at most, where it is safe to repeat.
 *   <li>{@link Outcome#unreachable(String)}: the same, and once is enough to put the node out.
 *   <li>{@link Outcome#doubtful(String)}, {@link Outcome#cancelled(String)}: the request goes on as
 *       after a fault, but nothing is held against the node; if doubtful, it is probed at once.
 *   <li>null: the rules decide, as they do without a classifier.
 * </ul>
 *
 * An answer that no other node betters reaches the caller as it came. What the AWS SDK's own retry
 * strategy repeats after that it decides by the status, whatever was said here.
 *
 * <p>Thread-safe; called on the thread that received the answer, which may be an event loop, so it
 * must not block. One that throws is as one that says null, and is logged once for each kind of
 * exception.
 */
@FunctionalInterface
public interface AnswerClassifier {
  /** What the answer says about its node; null: whatever the rules say. */
  @Nullable Outcome classify(ErrorAnswer answer);
}
