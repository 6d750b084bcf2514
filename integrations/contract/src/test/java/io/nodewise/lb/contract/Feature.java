package io.nodewise.lb.contract;

/** What not every client can do. The page of clients shows them in a table, in this order. */
enum Feature {
  /** A download whose node dies half-way goes on at another one. */
  RESUMES("a download goes on where its node died"),
  /** A write whose reply was lost is sent again. */
  REPEATS_WRITES("a write that was sent and got no answer is repeated or confirmed"),
  /** An answer of 500, 502, 503 or 504 is asked for at another node. */
  REPEATS_ERRORS("a 5xx of one node is asked for at another"),
  /** Silent reads go to a second node as well. */
  HEDGES("slow reads are hedged"),
  /** A thread may end what another one reads. */
  ABORTS("a read that blocks is ended by another thread"),
  /** A Host header of the caller's own, so the same signature is good for every node. */
  LOGICAL_HOST("one signature is good for every node");

  private final String shown;

  Feature(String shown) {
    this.shown = shown;
  }

  /** As the page says it. */
  String shown() {
    return shown;
  }
}
