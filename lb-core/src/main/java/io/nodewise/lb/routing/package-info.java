/**
 * The choice of a node: the immutable routing table, the policies and their pickers, and the
 * settings of sites, backups and limits. Calls only {@code node}; a picker is a function of what it
 * is given, without clock or I/O. A new policy is a new balancer or picker here and a factory in
 * {@link io.nodewise.lb.routing.BalancingPolicy}.
 *
 * <p>What policies of one's own are made of is API; {@link io.nodewise.lb.routing.RoutingTable} is
 * machinery that may change.
 */
@NullMarked
package io.nodewise.lb.routing;

import org.jspecify.annotations.NullMarked;
