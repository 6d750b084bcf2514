/**
 * Load balancing under an ordinary {@code OkHttpClient}. Calls lb-core's exported packages and
 * OkHttp; nothing here keeps a node's state, which is lb-core's alone. Public are {@link
 * io.nodewise.lb.okhttp.LoadBalancedOkHttp}, {@link io.nodewise.lb.okhttp.RepeatableRequests} and
 * {@link io.nodewise.lb.okhttp.Affinity}; everything else is how it works:
 *
 * <ul>
 *   <li><b>the call</b>, over its attempts: {@code BalancingInterceptor} (the essay stands there),
 *       {@code BalancedCall} (what goes on when), {@code UserCall}, {@code Members}, {@code
 *       Redirects}, {@code Cookies}, {@code SessionCookie}, {@code PathAffinity}, {@code Leeway},
 *       {@code S3Requests};
 *   <li><b>the attempt</b>: {@code NodeCall}, {@code AttemptSettings}, {@code SentBody}, {@code
 *       Answered}, {@code AnswerBody}, {@code Answers}, {@code HiddenRetryAfter}, {@code
 *       BrokenConnections};
 *   <li><b>two attempts</b>: {@code HedgedCall};
 *   <li><b>what calls share</b>: {@code Shared}, {@code NodeClients}, {@code NodeTls}.
 * </ul>
 */
@NullMarked
package io.nodewise.lb.okhttp;

import org.jspecify.annotations.NullMarked;
