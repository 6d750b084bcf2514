package io.nodewise.lb.okhttp;

import io.nodewise.lb.node.Outcome;
import okhttp3.Response;

/**
 * An answer, and the attempt that brought it.
 *
 * @param outcome what the answer says about the node
 */
record Answered(NodeCall by, Response response, Outcome outcome) {

  /** Whether another node may do better. */
  boolean isErrorOfNode() {
    return outcome.kind() != Outcome.Kind.SUCCESS;
  }
}
