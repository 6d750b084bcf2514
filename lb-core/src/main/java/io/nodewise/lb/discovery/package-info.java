/**
 * Where nodes come from when they are not written into the program: the seam {@link
 * io.nodewise.lb.discovery.NodeSource}, the sources that are ready made (fixed, DNS, SRV, file),
 * and {@link io.nodewise.lb.discovery.Discovery}, how they are asked. Calls the room of nodes
 * alone. A source only answers; who asks, when, and what becomes of the answer is in the room of
 * the cluster.
 */
@NullMarked
package io.nodewise.lb.discovery;

import org.jspecify.annotations.NullMarked;
