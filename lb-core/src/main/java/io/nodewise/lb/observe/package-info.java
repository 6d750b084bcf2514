/**
 * What is to be seen of attempts: {@link io.nodewise.lb.observe.AttemptListener} and the report it
 * gets, and {@link io.nodewise.lb.observe.RequestLog}, which writes a line for each. Calls {@code
 * node}; called by the façade, by adapters that say what a request is, and by whoever looks on.
 * Nothing here decides anything.
 */
@NullMarked
package io.nodewise.lb.observe;

import org.jspecify.annotations.NullMarked;
