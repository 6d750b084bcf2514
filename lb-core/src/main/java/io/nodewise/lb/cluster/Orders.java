package io.nodewise.lb.cluster;

import io.nodewise.lb.node.NodeState;

/** What an operator said of one node. Under the registry's lock. */
final class Orders {

  /** What he may say. */
  enum Order {
    USE,
    DRAIN,
    DISABLE
  }

  private Order order = Order.USE;
  private boolean weightless;
  private String said = "";

  void give(Order value, String reason) {
    order = value;
    said = reason;
  }

  /** A weight of 0 drains. */
  void weigh(double weight) {
    boolean isZero = weight == 0;
    if (weightless && !isZero && order == Order.USE) { // else it is still out for another reason
      said = "weight " + weight;
    }
    weightless = isZero;
  }

  /** Whether he leaves it in. */
  boolean isIn() {
    return order == Order.USE && !weightless;
  }

  /** The state of a node that he does not leave in. */
  NodeState out() {
    return order == Order.DISABLE ? NodeState.DISABLED : NodeState.DRAINING;
  }

  /** Why it is out, or why it is in again. */
  String said() {
    return order == Order.USE && weightless ? "weight 0" : said;
  }
}
