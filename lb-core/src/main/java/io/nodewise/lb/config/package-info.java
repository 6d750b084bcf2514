/**
 * Settings as text: one {@linkplain io.nodewise.lb.config.Keys table of keys} says what each is
 * called, what it takes and which option of the builder it sets. Calls {@code node}, {@code
 * routing}, {@code health} and {@code retry}, whose values it makes; the façade calls it. No thread
 * and no network here; of files only those of TLS are read. A new option of the builder is a line
 * of the table.
 */
@NullMarked
package io.nodewise.lb.config;

import org.jspecify.annotations.NullMarked;
