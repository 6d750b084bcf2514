/**
 * Nodewise in the AWS SDK for Java v2. One public entry, {@link
 * io.nodewise.lb.awssdk.LoadBalancedS3}; everything else is how it works, and package-private:
 *
 * <ul>
 *   <li><b>wiring</b>, when a client is built: {@code BalancedBuilder} (the builder that cannot
 *       lose its balancing), {@code WiringPlugin}, {@code TransportSource}, {@code
 *       TransportBuilder}, {@code AsyncTransportBuilder}, {@code ConnectionDefaults}, {@code
 *       UnfitClient}, {@code DefaultHttpClient}, {@code DefaultAsyncHttpClient}, {@code
 *       HeadBucketProbe}, {@code PresignerBuilder};
 *   <li><b>the call</b>, across its attempts: {@code CallInterceptor}, {@code ApiCalls}, {@code
 *       ApiCall} (what a failure means for it), {@code FailoverRetryStrategy};
 *   <li><b>the table of operations</b>: {@code Operations}, {@code Operation}, {@code Repeat},
 *       {@code Reply}, {@code BucketSettings};
 *   <li><b>the attempt</b>, in the transport: {@code SdkAttempt} (one of the SDK's), {@code
 *       AttemptState} (one of ours), {@code SentBody}, {@code BodyRecord} (what has come), {@code
 *       NodeRequest}, {@code NodeSigning}, {@code PooledConnections}, {@code Transport} (what all
 *       have in common);
 *   <li><b>the same for those who wait</b>: {@code BalancedTransport}, {@code BalancedRequest},
 *       {@code Exchange}, {@code SentStream}, {@code WholeEnding}, {@code ReopenedBody}, {@code
 *       ReceivedBody}, {@code ResumableBody}, {@code AbortThreads};
 *   <li><b>the same for those who are told</b>: {@code AsyncTransport}, {@code AsyncRequest},
 *       {@code Caller}, {@code Errands}, {@code AsyncSigning}, {@code Handover}, {@code
 *       AnswerFuture}, {@code Elsewhere}, {@code AsyncExchange}, {@code AsyncBody}, {@code
 *       SentPublisher}, {@code Part}, {@code JoinedBody}, {@code Serial}, {@code AsyncThreads};
 *   <li><b>what an answer or an exception means</b>: {@code Reception}, {@code Answer}, {@code
 *       ErrorRules}, {@code Failure}, {@code Document}, {@code CutHead}, {@code ServerClocks},
 *       {@code NodeFailedException}, {@code GivenUp};
 *   <li><b>lost replies</b>: {@code Confirmation}, {@code StoredState}, {@code Beginning} (its
 *       age), {@code Questions}, {@code Asking}, {@code Reviewed}, {@code Content}, {@code
 *       EntityTag}, {@code CopySource}, {@code Orphans}, {@code UploadsBegun};
 *   <li><b>downloads that go on</b>: {@code Resumption}, {@code RestSearch}, {@code Download},
 *       {@code ContentRange}, {@code UnblamedAttempt}, {@code NotedAuthScheme}, {@code Signing};
 *   <li><b>hedging</b>: {@code HedgedExchange}.
 * </ul>
 */
@NullMarked
package io.nodewise.lb.awssdk;

import org.jspecify.annotations.NullMarked;
