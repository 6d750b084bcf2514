package io.nodewise.lb.routing;

/** How many of the backup nodes are used while they are needed. */
public enum Backups {
  /** All of them, balanced as primary nodes are. The default. */
  ALL,
  /** The first one that can be used, in the order of the set. */
  FIRST
}
