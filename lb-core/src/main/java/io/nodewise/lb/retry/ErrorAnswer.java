package io.nodewise.lb.retry;

import io.nodewise.lb.node.Node;
import java.util.Optional;

/** An answer that says no, as far as an {@link AnswerClassifier} may see it. For its call only. */
public interface ErrorAnswer {
  /** The node that gave it. */
  Node node();

  /** The method of the request. */
  String method();

  /**
   * The status: 400 or more; or, where a success has an error in its body, as those of S3 may have,
   * what that error comes as by itself, or the status of the success if nobody knows its code.
   */
  int status();

  /**
   * What S3 calls the error, such as {@code SlowDown}: the code in the answer's body. Empty where
   * there is none, in answers to {@code HEAD}, and where the body is the caller's alone to read, as
   * of OkHttp.
   */
  String code();

  /** A header of the answer, by its name in any case; the first one of several. */
  Optional<String> header(String name);
}
