package io.nodewise.lb.awssdk;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Which bytes of an object an answer holds.
 *
 * @param first the first of them, counted from 0
 * @param last the last of them; {@link #OPEN} where the answer does not say
 */
record ContentRange(long first, long last) {
  /** Up to wherever the object ends. */
  static final long OPEN = Long.MAX_VALUE;

  private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\*|\\d+)");

  /** Null if the answer does not say, or is no part or whole of an object. */
  static @Nullable ContentRange of(SdkHttpResponse answer) {
    if (answer.statusCode() == 200) {
      long length = Answer.lengthOf(answer);
      return new ContentRange(0, length < 0 ? OPEN : length - 1);
    }
    if (answer.statusCode() != 206) {
      return null;
    }
    Matcher matcher = RANGE.matcher(answer.firstMatchingHeader("Content-Range").orElse(""));
    return matcher.matches()
        ? new ContentRange(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)))
        : null;
  }

  /** What is left of it after so many bytes. */
  ContentRange after(long bytes) {
    return new ContentRange(first + bytes, last);
  }

  /** Whether it is not known where it ends. */
  boolean isOpen() {
    return last == OPEN;
  }

  /** Whether nothing is left, as far as is known. */
  boolean isEmpty() {
    return first > last;
  }

  /** As a {@code Range} header asks for it. */
  String asked() {
    return "bytes=" + first + "-" + (isOpen() ? "" : Long.toString(last));
  }
}
