/**
 * The demo: a real cluster is broken while a real load runs on it. Here are the command line, the
 * plan of faults and the verdict; {@code nodes} starts and breaks the servers, {@code load} makes
 * the calls and checks every byte, {@code client} holds the two S3 clients to compare, {@code view}
 * draws.
 */
@NullMarked
package io.nodewise.examples.demo;

import org.jspecify.annotations.NullMarked;
