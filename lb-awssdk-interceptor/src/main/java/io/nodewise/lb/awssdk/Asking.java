package io.nodewise.lb.awssdk;

import java.time.Duration;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;

/**
 * Questions about what is stored are asked by whoever sent the request that they are asked for: a
 * client may send those of many, each with his own credentials.
 */
final class Asking {
  private Asking() {}

  /** With that request's credentials, if it has its own. */
  static AwsRequestOverrideConfiguration as(AwsRequest request) {
    return builder(request).build();
  }

  /** The same, not waiting longer than this for an answer. */
  static AwsRequestOverrideConfiguration as(AwsRequest request, Duration atMost) {
    return builder(request).apiCallTimeout(atMost).build();
  }

  private static AwsRequestOverrideConfiguration.Builder builder(AwsRequest request) {
    AwsRequestOverrideConfiguration.Builder builder = AwsRequestOverrideConfiguration.builder();
    request
        .overrideConfiguration()
        .flatMap(AwsRequestOverrideConfiguration::credentialsIdentityProvider)
        .ifPresent(builder::credentialsProvider);
    return builder;
  }
}
