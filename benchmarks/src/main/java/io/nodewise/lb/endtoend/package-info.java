/**
 * Real S3 nodes, real proxies and real clients on one machine: what balancing costs from end to
 * end, and what a fault costs. Calls the public API of the library like any user, starts and ends
 * every process it needs. Is called by nothing, is not published.
 */
@NullMarked
package io.nodewise.lb.endtoend;

import org.jspecify.annotations.NullMarked;
