package io.nodewise.lb.node;

import java.time.Duration;

/**
 * One change of a node's state, as it is logged and told to listeners.
 *
 * @param node the node
 * @param from the state it left
 * @param to the state it is in now
 * @param reason why, in a few words, such as {@code connection refused}
 * @param after how long it had been in {@code from}
 */
public record Transition(Node node, NodeState from, NodeState to, String reason, Duration after) {

  @Override
  public String toString() {
    return node.id() + " " + from + " -> " + to + " after " + after.toMillis() + " ms: " + reason;
  }
}
