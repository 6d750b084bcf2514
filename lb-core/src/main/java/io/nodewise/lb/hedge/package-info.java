/**
 * A read that goes to a second node while the first one is silent: the race of the two attempts,
 * and the threads for second ones. For adapters, and exported to them alone; calls no other room,
 * as an adapter brings the attempts. When a second one is due, and what it may cost, is for the
 * {@code cluster} room to say.
 */
@NullMarked
package io.nodewise.lb.hedge;

import org.jspecify.annotations.NullMarked;
