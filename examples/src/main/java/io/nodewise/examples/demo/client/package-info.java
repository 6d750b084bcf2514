/** The two clients under test, with and without the library, behind one interface. */
@NullMarked
package io.nodewise.examples.demo.client;

import org.jspecify.annotations.NullMarked;
