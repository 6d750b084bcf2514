package io.nodewise.lb.cluster;

/** What operators may do to a node by its id; an unknown one is an error. Thread-safe. */
public final class Operators {
  private final Registry registry;

  Operators(Registry registry) {
    this.registry = registry;
  }

  /** No new attempts on the node; running ones end. */
  public void drain(String id) {
    order(id, Orders.Order.DRAIN, "drained by operator");
  }

  /** The node is not to be used. */
  public void disable(String id) {
    order(id, Orders.Order.DISABLE, "disabled by operator");
  }

  /** The node may be used again. */
  public void resume(String id) {
    order(id, Orders.Order.USE, "resumed by operator");
  }

  private void order(String id, Orders.Order order, String reason) {
    LiveNode node = registry.find(id);
    registry.change(node, now -> node.health.orders().give(order, reason));
  }

  /** The node has this weight until somebody gives it another. */
  public void weight(String id, double weight) {
    if (!(weight >= 0 && weight <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException("weight: " + weight + " (expected: >= 0 and finite)");
    }
    LiveNode node = registry.find(id);
    registry.change(node, now -> weigh(node, weight));
  }

  /** Under the registry's lock. */
  static void weigh(LiveNode node, double weight) {
    node.orderedWeight(weight);
    node.health.orders().weigh(weight);
  }
}
