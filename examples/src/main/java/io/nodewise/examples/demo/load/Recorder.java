package io.nodewise.examples.demo.load;

import io.nodewise.examples.demo.client.CallTrace;
import io.nodewise.examples.demo.client.ClientUnderTest;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.s3.S3Client;

/** Makes a call, checks its answer and writes both down. Thread-safe. */
final class Recorder {
  private final ClientUnderTest client;
  private final CallLog log;

  Recorder(ClientUnderTest client, CallLog log) {
    this.client = client;
    this.log = log;
  }

  /** One S3 call; the configuration must go with its request. */
  @FunctionalInterface
  interface S3Call<T> {
    T make(S3Client s3, AwsRequestOverrideConfiguration configuration);
  }

  <T> Optional<T> call(Op op, long bytes, S3Call<T> call) {
    return call(op, bytes, call, answer -> Optional.empty());
  }

  /** Returns the answer, or nothing when the call failed. The check finds what is wrong with it. */
  <T> Optional<T> call(Op op, long bytes, S3Call<T> call, Function<T, Optional<String>> check) {
    return call(op, bytes, call, check, new AtomicLong());
  }

  <T> Optional<T> call(
      Op op,
      long bytes,
      S3Call<T> call,
      Function<T, Optional<String>> check,
      AtomicLong heldNanos) {
    CallTrace trace = new CallTrace();
    AwsRequestOverrideConfiguration configuration =
        AwsRequestOverrideConfiguration.builder()
            .putExecutionAttribute(CallTrace.ATTRIBUTE, trace)
            .build();
    Optional<T> answer = Optional.empty();
    Optional<String> error = Optional.empty();
    long start = System.nanoTime();
    try {
      answer = Optional.of(call.make(client.s3(), configuration));
    } catch (RuntimeException e) {
      error = Optional.of(describe(e));
    }
    long end = System.nanoTime();
    Optional<String> corruption = answer.flatMap(check);
    log.add(
        new Call(
            op,
            bytes,
            start,
            end,
            heldNanos.get(),
            trace.attempts(),
            trace.lastAttemptNanos(),
            error,
            corruption));
    return answer;
  }

  private static String describe(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String what = firstLine(failure);
    return root == failure ? what : what + " <- " + firstLine(root);
  }

  private static String firstLine(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return failure.getClass().getSimpleName() + ": " + message.lines().findFirst().orElse("");
  }
}
