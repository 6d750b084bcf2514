/**
 * The quickstart: the fifteen lines a user starts with. The demo lives in {@code demo}; nothing
 * here is part of the library.
 */
@NullMarked
package io.nodewise.examples;

import org.jspecify.annotations.NullMarked;
