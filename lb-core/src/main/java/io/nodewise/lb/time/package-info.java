/**
 * Time, chance and background work as seams: {@link io.nodewise.lb.time.Ticker}, {@link
 * io.nodewise.lb.time.Randomness}, {@link io.nodewise.lb.time.Tasks}. Calls no other room. Nothing
 * that decides anything belongs here; what is here is replaced by virtual time in tests.
 */
@NullMarked
package io.nodewise.lb.time;

import org.jspecify.annotations.NullMarked;
