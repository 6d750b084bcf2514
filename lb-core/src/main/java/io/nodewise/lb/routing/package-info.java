/**
 * The choice of a node: the immutable routing table and the pickers over it. Calls only {@code
 * node} and {@code time}; pure functions of what they are given, without lock, clock or I/O. A new
 * policy is a new picker here and a factory in {@link io.nodewise.lb.routing.BalancingPolicy}.
 *
 * <p>{@link io.nodewise.lb.routing.BalancingPolicy} is API; table, pickers and candidates are
 * machinery that may change.
 */
@NullMarked
package io.nodewise.lb.routing;

import org.jspecify.annotations.NullMarked;
