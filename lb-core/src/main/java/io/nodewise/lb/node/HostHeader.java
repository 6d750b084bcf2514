package io.nodewise.lb.node;

/** Which host a request names in its {@code Host} header, and so in its signature. */
public enum HostHeader {
  /**
   * The logical endpoint, whichever node the request goes to, as behind any HTTP proxy. The
   * default: one signature is good at every node, so an attempt that could not be sent goes on at
   * the next node with the same bytes.
   */
  LOGICAL,

  /**
   * The node that the attempt goes to, by the authority of its URI; each attempt is signed for its
   * node. For HTTP clients that send no {@code Host} but the URI's own, as those of the JDK, and
   * for servers, or what stands before them, that take no other name than their own.
   */
  NODE
}
