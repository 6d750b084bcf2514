/**
 * Balancing for applications that know nothing of it: an HTTP client that the SDK takes by a system
 * property ({@code AutoHttpService}, {@code AutoAsyncHttpService}) and an interceptor that it finds
 * by a file ({@code AutoInterceptor}). In the package of {@code LoadBalancedS3}, of whose parts it
 * is made, so for the class path only.
 */
@NullMarked
package io.nodewise.lb.awssdk;

import org.jspecify.annotations.NullMarked;
