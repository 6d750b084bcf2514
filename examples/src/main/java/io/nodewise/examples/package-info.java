/**
 * Quickstarts: the fifteen lines a user starts with, for each way of talking to S3. The demo lives
 * in {@code demo}; nothing here is part of the library.
 */
@NullMarked
package io.nodewise.examples;

import org.jspecify.annotations.NullMarked;
