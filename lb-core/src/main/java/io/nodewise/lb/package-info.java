/**
 * The façade: {@link io.nodewise.lb.LoadBalancer} to build and operate, {@link
 * io.nodewise.lb.Route} and {@link io.nodewise.lb.Attempt} for adapters, {@link
 * io.nodewise.lb.ClusterSnapshot} to look at. Calls every other room; no room calls it.
 */
@NullMarked
package io.nodewise.lb;

import org.jspecify.annotations.NullMarked;
