package io.nodewise.lb.health;

import io.nodewise.lb.node.Node;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/*
 * A state machine of immutable states, one state per node, moved on by next():
 *
 *   Anyone     asks GET /. When a living node's Server header names a product: Trying.
 *   Trying     asks that product's path once. An answer the product is known to give: Confirmed;
 *              any other, or none: back to Anyone, which leaves the product alone for a while.
 *   Confirmed  goes on asking. A status below 500 that the product does not explain, because the
 *              path was switched off or somebody else answers there now: back to Anyone.
 *
 * It is no worse than GET /, but where a product's own path fails with a 5xx and GET / would not:
 * what an unconfirmed path says counts only if it is the product's own word, and an unexplained
 * answer below 500 comes from something alive, wherever it was asked.
 */
/** What {@link HealthCheck#auto} asks. */
final class AutoProbe {
  /**
   * Answers to GET / before a product that did not answer as expected is tried again: about an hour
   * at the default interval. It may have been upgraded; and one request an hour harms nobody.
   */
  static final int ANSWERS_BEFORE_RETRY = 720;

  private static final HttpProbe ANYONE = Presets.anonymous();
  private static final Probe START = new Anyone(null, 0);

  private AutoProbe() {}

  /** Where every node begins. */
  static Probe start() {
    return START;
  }

  private static boolean isAlive(ProbeAnswer answer) {
    return answer.status() < 500;
  }

  private record Anyone(@Nullable Product leftAlone, int answers) implements Probe {
    @Override
    public ProbeRequest request(Node node) {
      return ANYONE.request(node);
    }

    @Override
    public Verdict read(ProbeAnswer answer) {
      return ANYONE.read(answer);
    }

    @Override
    public Probe next(ProbeAnswer answer) {
      Optional<Product> named = isAlive(answer) ? Product.of(answer) : Optional.empty();
      if (named.isEmpty()) {
        return this;
      }
      return named.get().equals(leftAlone) && answers > 1
          ? new Anyone(leftAlone, answers - 1)
          : new Trying(named.get());
    }

    @Override
    public String toString() {
      return ANYONE + ", then as its Server header says";
    }
  }

  private record Trying(Product product) implements Probe {
    @Override
    public ProbeRequest request(Node node) {
      return product.probe().request(node);
    }

    @Override
    public Verdict read(ProbeAnswer answer) {
      return product.probe().explains(answer)
          ? product.probe().read(answer)
          : Verdict.up(answer.status() + ", so not asked as " + product);
    }

    @Override
    public Probe next(ProbeAnswer answer) {
      return product.probe().explains(answer)
          ? new Confirmed(product)
          : new Anyone(product, ANSWERS_BEFORE_RETRY);
    }

    @Override
    public Probe unanswered() {
      return new Anyone(product, ANSWERS_BEFORE_RETRY); // it may be the path that hangs
    }

    @Override
    public String toString() {
      return product.probe() + " (tried once)";
    }
  }

  private record Confirmed(Product product) implements Probe {
    private boolean speaksFor(ProbeAnswer answer) {
      return product.probe().explains(answer) || !isAlive(answer);
    }

    @Override
    public ProbeRequest request(Node node) {
      return product.probe().request(node);
    }

    @Override
    public Verdict read(ProbeAnswer answer) {
      return speaksFor(answer)
          ? product.probe().read(answer)
          : Verdict.up(answer.status() + ", so no longer asked as " + product);
    }

    @Override
    public Probe next(ProbeAnswer answer) {
      return speaksFor(answer) ? this : new Anyone(product, ANSWERS_BEFORE_RETRY);
    }

    @Override
    public String toString() {
      return product.probe().toString();
    }
  }
}
