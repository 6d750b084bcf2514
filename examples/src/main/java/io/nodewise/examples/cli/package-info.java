/**
 * A command line for operators: check a configuration and the nodes behind it, measure how fast
 * each one answers, watch them. What it knows comes from the library's own probes.
 */
@NullMarked
package io.nodewise.examples.cli;

import org.jspecify.annotations.NullMarked;
