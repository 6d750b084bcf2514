/**
 * A page that shows a load balancer at work: one HTML file, and the JSON it asks for once a second.
 * To be looked at, and to be copied into an application of your own.
 */
@NullMarked
package io.nodewise.examples.status;

import org.jspecify.annotations.NullMarked;
