package io.nodewise.lb.awssdk;

import io.nodewise.lb.node.Node;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A node failed under a request: names the node, and leads the retry strategy to the call. */
final class NodeFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient ApiCall call;
  private final transient Node node;

  NodeFailedException(Node node, String reason, ApiCall call, @Nullable Throwable cause) {
    super("node " + node.id() + ": " + reason, cause);
    this.call = call;
    this.node = node;
  }

  Node node() {
    return node;
  }

  ApiCall call() {
    return call;
  }
}
