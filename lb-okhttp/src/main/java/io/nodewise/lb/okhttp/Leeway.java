package io.nodewise.lb.okhttp;

/**
 * What may be done with a request besides sending it to one node.
 *
 * @param repeats whether it may be sent again although a node may have acted on it
 * @param hedges whether it may be at two nodes at once
 * @param staysOnFault whether the error of a node that fails is the caller's to hear: another node
 *     would not know the session
 */
record Leeway(boolean repeats, boolean hedges, boolean staysOnFault) {

  /** Of a session no other node may hear as long as the session's own one answers. */
  static Leeway of(String method, boolean mayRepeat, boolean isOfSession) {
    boolean isAsked = method.equals("GET") || method.equals("HEAD");
    return new Leeway(mayRepeat, mayRepeat && isAsked && !isOfSession, isOfSession);
  }
}
