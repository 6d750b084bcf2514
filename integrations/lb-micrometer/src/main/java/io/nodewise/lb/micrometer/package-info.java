/**
 * A load balancer's meters for Micrometer. Calls lb-core's exported packages and Micrometer; keeps
 * no state of a node but its meters. Public is {@link
 * io.nodewise.lb.micrometer.LoadBalancerMetrics}; {@code Bound} is one binding of it, {@code
 * NodeMeters} what is registered for one node, {@code View} what one scrape reads.
 */
@NullMarked
package io.nodewise.lb.micrometer;

import org.jspecify.annotations.NullMarked;
