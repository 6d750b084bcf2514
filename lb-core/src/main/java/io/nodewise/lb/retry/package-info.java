/**
 * How long an attempt may take and when a request goes on elsewhere: settings and pure rules. Calls
 * only {@code node}. No thread, clock or I/O here; the sweeper of the {@code cluster} room acts on
 * the clocks, the adapters on the rest.
 */
@NullMarked
package io.nodewise.lb.retry;

import org.jspecify.annotations.NullMarked;
