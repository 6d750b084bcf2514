package io.nodewise.lb.awssdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import software.amazon.awssdk.core.exception.NonRetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;

/*
 * The SDK takes from an interceptor only an exception of the type that it had. So the types are the
 * SDK's own, and what is added is the words.
 */
/** What a call fails with that could have gone on at another node, had it been safe or possible. */
final class GivenUp {
  private GivenUp() {}

  /** The body was to be sent once more, and does not open again: no node was asked for that. */
  static NonRetryableException bodyIsSpent(ApiCall call, Throwable why) {
    return NonRetryableException.create(saidOfBody(call, why), why);
  }

  private static String saidOfBody(ApiCall call, Throwable why) {
    NodeFailedException failure = call.lastFailure();
    return "The request body can't be read a second time ("
        + said(why)
        + "), and it would have to be"
        + (failure == null ? "" : ", because the first try failed: " + failure.getMessage())
        + ". Bodies that can be sent again: "
        + (call.body() == null ? Content.OfStream.INSTEAD : call.body().instead())
        + ".";
  }

  /** The same exception, or one of its type that says why there was no further attempt. */
  static Throwable explained(Throwable exception, ApiCall call) {
    if (call.mustNotRepeat()) {
      return notRepeated(exception, call.whyNotRepeated());
    }
    NodeFailedException failure = call.lastFailure();
    if (failure == null) {
      return exception;
    }
    // Where the signer was the first to open the body again, the transport has not heard of it.
    Throwable explained =
        isAboutTheBody(exception) ? reworded(exception, saidOfBody(call, exception)) : exception;
    if (!(exception instanceof SdkClientException)) {
      explained.addSuppressed(failure); // the SDK's own list the attempts
    }
    return explained;
  }

  private static Throwable notRepeated(Throwable exception, String why) {
    if (said(exception).contains(why)) {
      return exception;
    }
    Throwable explained = reworded(exception, said(exception) + ". " + why);
    if (explained == exception) {
      exception.addSuppressed(SdkClientException.create(why));
    }
    return explained;
  }

  /** The same if it is of a type that says more than its words, such as a time-out. */
  private static Throwable reworded(Throwable exception, String words) {
    Class<?> type = exception.getClass();
    Throwable reworded =
        type == SdkClientException.class
            ? SdkClientException.create(words, exception)
            : type == IllegalStateException.class
                ? new IllegalStateException(words, exception)
                : type == UncheckedIOException.class
                    ? new UncheckedIOException(words, (IOException) exception.getCause())
                    : exception;
    return reworded;
  }

  /** Unchecked I/O is none but the body's: that of the network is the transport's, and checked. */
  private static boolean isAboutTheBody(Throwable exception) {
    if (exception instanceof NonRetryableException) {
      return false; // of the transport, and said
    }
    for (Throwable t = exception; t != null; t = t.getCause()) {
      String said = said(t); // what the SDK's streams say of themselves
      if (t instanceof UncheckedIOException || said.contains("mark/reset")) {
        return true;
      }
    }
    return false;
  }

  private static String said(Throwable exception) {
    return exception.getMessage() == null ? exception.toString() : exception.getMessage();
  }
}
