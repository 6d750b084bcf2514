package io.nodewise.lb.awssdk;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.NonRetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;

/** What a call fails with that could have gone on at another node, had it been safe or possible. */
final class GivenUp {
  private static final String INSTEAD =
      ". Bodies that can be sent again: RequestBody.fromFile, fromBytes, a content provider that"
          + " opens a new stream each time, or a stream with mark and reset, within its limit.";

  private GivenUp() {}

  /**
   * The body was to be sent to one more node, and does not open again. Nothing of that was sent.
   *
   * @param why what it said
   */
  static SdkClientException bodyIsSpent(ApiCall call, Throwable why) {
    NodeFailedException failure = call.lastFailure();
    NonRetryableException exception =
        NonRetryableException.create(
            "The request body can't be read a second time ("
                + said(why)
                + "), and it would have to be"
                + (failure == null ? "" : ", because the first try failed: " + failure.getMessage())
                + INSTEAD,
            why);
    if (failure != null) {
      exception.addSuppressed(failure);
    }
    return exception;
  }

  /** The same exception, or one in its place that says why there was no further attempt. */
  static Throwable explained(Throwable exception, ApiCall call) {
    if (call.mustNotRepeat()) {
      return notRepeated(exception, call);
    }
    if (call.lastFailure() == null || exception instanceof SdkException) {
      return exception;
    }
    if (isAboutTheBody(exception)) {
      return bodyIsSpent(call, exception); // the signer was the first to open it again
    }
    exception.addSuppressed(call.lastFailure());
    return exception;
  }

  private static Throwable notRepeated(Throwable exception, ApiCall call) {
    String why = call.whyNotRepeated();
    // An exception of the SDK's says in its type what happened, such as a time-out: that is kept.
    if (exception.getClass() == SdkClientException.class && !said(exception).contains(why)) {
      SdkClientException explained =
          SdkClientException.create(said(exception) + ". " + why, exception.getCause());
      for (Throwable suppressed : exception.getSuppressed()) {
        explained.addSuppressed(suppressed);
      }
      return explained;
    }
    if (!said(exception).contains(why)) {
      exception.addSuppressed(SdkClientException.create(why));
    }
    return exception;
  }

  /** What the SDK's own streams say, and files that are gone. */
  private static boolean isAboutTheBody(@Nullable Throwable exception) {
    for (Throwable t = exception; t != null; t = t.getCause()) {
      String said = said(t);
      if (said.contains("mark/reset") || said.contains("Resetting to invalid mark")) {
        return true;
      }
    }
    return false;
  }

  private static String said(Throwable exception) {
    return exception.getMessage() == null ? exception.toString() : exception.getMessage();
  }
}
