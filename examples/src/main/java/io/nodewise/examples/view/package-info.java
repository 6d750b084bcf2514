/**
 * Pure drawing: a frame of coloured text lines, as ANSI for a terminal or as SVG for the README.
 */
@NullMarked
package io.nodewise.examples.view;

import org.jspecify.annotations.NullMarked;
