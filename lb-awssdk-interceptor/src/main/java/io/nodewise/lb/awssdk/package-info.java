/**
 * Nodewise in the AWS SDK for Java v2. One public entry, {@link
 * io.nodewise.lb.awssdk.LoadBalancedS3}; everything else is how it works, and package-private:
 *
 * <ul>
 *   <li><b>wiring</b>, when a client is built: {@code BalancedBuilder} (the builder that cannot
 *       lose its balancing), {@code WiringPlugin}, {@code TransportBuilder}, {@code
 *       DefaultHttpClient}, {@code HeadBucketProbe};
 *   <li><b>the call</b>, across its attempts: {@code CallInterceptor}, {@code ApiCalls}, {@code
 *       ApiCall} (what a failure means for it), {@code FailoverRetryStrategy};
 *   <li><b>the table of operations</b>: {@code Operations}, {@code Operation}, {@code Repeat},
 *       {@code Reply}, {@code BucketSettings};
 *   <li><b>the attempt</b>, in the transport: {@code BalancedTransport}, {@code BalancedRequest}
 *       (one of the SDK's), {@code Exchange} (one of ours), {@code NodeRequest}, {@code SentBody},
 *       {@code ReopenedBody}, {@code ReceivedBody}, {@code PooledConnections};
 *   <li><b>what an answer or an exception means</b>: {@code Reception}, {@code Answer}, {@code
 *       Failure}, {@code Document}, {@code CutHead}, {@code ServerClocks}, {@code
 *       NodeFailedException}, {@code GivenUp};
 *   <li><b>lost replies</b>: {@code Confirmation}, {@code StoredState}, {@code Beginning} (its
 *       age), {@code Asking}, {@code EntityTag}, {@code CopySource}, {@code Orphans}, {@code
 *       UploadsBegun};
 *   <li><b>downloads that go on</b>: {@code ResumableBody}, {@code RestSearch}, {@code Download},
 *       {@code ContentRange}, {@code UnblamedAttempt}, {@code NotedAuthScheme}, {@code Signing};
 *   <li><b>hedging</b>: {@code HedgedExchange}, {@code HedgeThreads}.
 * </ul>
 */
@NullMarked
package io.nodewise.lb.awssdk;

import org.jspecify.annotations.NullMarked;
