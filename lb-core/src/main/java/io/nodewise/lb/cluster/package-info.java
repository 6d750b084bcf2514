/**
 * The live set: the registry that owns every node's state, the counters of a node, its breaker, and
 * the sweeper that watches running attempts; and who asks a source of nodes. Calls {@code node},
 * {@code routing}, {@code health}, {@code discovery}, {@code probe}, {@code retry} and {@code
 * time}. Everything that changes a node's state is here and nowhere else.
 */
@NullMarked
package io.nodewise.lb.cluster;

import org.jspecify.annotations.NullMarked;
