/**
 * JMH benchmarks and the reports made of them. Calls anything, is called by nothing, is not
 * published.
 */
@NullMarked
package io.nodewise.lb.benchmarks;

import org.jspecify.annotations.NullMarked;
