package io.nodewise.lb.retry;

/**
 * What is done with a request that may have been carried out, whose answer was lost, and which it
 * is not safe to send again: a PUT on a condition that its own first try may have made false, the
 * beginning or the completion of a multipart upload, an append. Immutable. Requests that it is safe
 * to send again always are: reads, and writes that give the same state and the same answer however
 * often they are carried out.
 *
 * <p>Who repeats is the adapter, and which requests are unsafe is its to know: for S3 clients the
 * table of operations says it for each. Default: {@link #CONFIRM}.
 */
public enum UnsafeRepeats {
  /**
   * They are sent again, and an answer that may be no more than the echo of the first try is held
   * against what is stored; what could do harm in spite of that, such as an append, is not
   * repeated.
   */
  CONFIRM,

  /**
   * They are not sent again: the call fails with an error that says so, and whether it was carried
   * out is the caller's to find out.
   */
  REFUSE,

  /**
   * They are sent again like all others and every answer is passed on as it comes, as the S3 client
   * does it by itself: a PUT may be told that its condition is false although it made it so, and an
   * append may be carried out twice.
   */
  ALLOW
}
