package io.nodewise.lb;

/**
 * What became of the {@linkplain io.nodewise.lb.retry.RetryBudget retry budget}. Immutable.
 *
 * @param taken how many retries were taken out of it
 * @param denied how often a request was not sent again because there was none left
 * @param left whole retries that are left just now; {@link Long#MAX_VALUE} where there is no limit
 */
public record RetrySnapshot(long taken, long denied, long left) {}
