package io.nodewise.lb;

import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.retry.AnswerClassifier;
import io.nodewise.lb.retry.DownloadResume;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.retry.UnsafeRepeats;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What a load balancer knows for its adapters alone; see the getters of {@link LoadBalancer}.
 *
 * @param classifier null: none
 * @param tls null: as the JVM does
 */
record ForAdapters(
    URI logicalEndpoint,
    HostHeader hostHeader,
    Timeouts timeouts,
    DownloadResume downloadResume,
    UnsafeRepeats unsafeRepeats,
    @Nullable AnswerClassifier classifier,
    @Nullable ClusterTls tls) {}
