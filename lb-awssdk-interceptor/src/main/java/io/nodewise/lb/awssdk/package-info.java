/**
 * Nodewise in the AWS SDK for Java v2. One public entry, {@link
 * io.nodewise.lb.awssdk.LoadBalancedS3}; everything else is how it works: the builder that cannot
 * lose its balancing, the interceptor that knows the operation, the transport that picks a node per
 * attempt, the retry strategy that goes on elsewhere.
 */
@NullMarked
package io.nodewise.lb.awssdk;

import org.jspecify.annotations.NullMarked;
