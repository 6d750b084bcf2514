/**
 * The vocabulary every other room speaks: immutable values that say what a node is, how TLS is
 * spoken with it, in what state it is and how a request ended on it. Calls no other room. A change
 * here is a change of the public contract.
 */
@NullMarked
package io.nodewise.lb.node;

import org.jspecify.annotations.NullMarked;
