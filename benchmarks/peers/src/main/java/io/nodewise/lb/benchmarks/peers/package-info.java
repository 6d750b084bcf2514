/**
 * Load balancers of other projects, called as their own clients call them, without any network. A
 * benchmark's method has the name of the policy, its class that of the library.
 */
@NullMarked
package io.nodewise.lb.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
