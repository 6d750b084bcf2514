package io.nodewise.examples.demo.client;

import java.time.Duration;
import java.util.Optional;

/**
 * One line of the live table: a node as the client under test sees it.
 *
 * @param state the client's word for the node's state
 * @param health what colour that state has
 * @param reason why it is in that state; may be empty
 * @param age how long it has been in that state, if the client knows states
 * @param share of the attempts, 0 to 1
 * @param inFlight attempts under way
 * @param attempts all since the start
 * @param errors the attempts that failed through the node's fault
 */
public record NodeRow(
    String node,
    String state,
    Health health,
    String reason,
    Optional<Duration> age,
    double share,
    int inFlight,
    long attempts,
    long errors,
    Duration firstByteP50,
    Duration firstByteP99) {

  /** Whether the client gives it traffic, as far as is known. */
  public boolean mayServe() {
    return health == Health.GOOD || health == Health.UNKNOWN;
  }

  /** How a state is to be read. */
  public enum Health {
    GOOD,
    DOUBTFUL,
    BAD,
    UNKNOWN
  }
}
