package io.nodewise.lb.awssdk;

/** What a call comes to whose first attempt meets a fault. */
enum MatrixOutcome {
  /** It succeeds with that attempt. */
  SAME("same"),
  /** It succeeds with a second attempt, at another node. */
  MOVED("moved"),
  /**
   * As before, but the first attempt was carried out unheard: what the second one is answered, or
   * leaves behind, is held against what is stored.
   */
  CONFIRMED("confirmed"),
  /** It goes on at another node with the byte that is missing, and nothing is sent twice. */
  RESUMED("resumed"),
  /** It fails, names the node and the reason, and is not sent a second time. */
  FAILS("fails"),
  /** There is no such thing. */
  NONE("–");

  final String shown;

  MatrixOutcome(String shown) {
    this.shown = shown;
  }
}
