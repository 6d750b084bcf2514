package io.nodewise.lb.contract;

/** What not every client can do. */
enum Feature {
  /** A download whose node dies half-way goes on at another one. */
  RESUMES,
  /** A thread may end what another one reads. */
  ABORTS,
  /** Closing the client closes its connections. */
  CLOSES
}
