package io.nodewise.lb.node;

import java.io.IOException;

/**
 * No node can take the request: every node was tried, is down, or was taken out by an operator. Its
 * message shows the cluster on one line. An {@link IOException}, so that HTTP clients and retry
 * loops treat it as any other failed connection.
 */
public final class NoNodeAvailableException extends IOException {
  private static final long serialVersionUID = 1L;

  /** With the cluster on one line, such as {@code 0/2 eligible: a:9000 DOWN 12s (refused), …}. */
  public NoNodeAvailableException(String cluster) {
    super(cluster);
  }
}
