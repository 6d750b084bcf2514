package io.nodewise.lb.awssdk;

/**
 * What comes of sending a request again that may have been carried out, and how its answer is told
 * from the echo of the first try; see {@link Confirmation}.
 */
enum Repeat {
  /** However often it is carried out, state and answer are the same. */
  SAME("safe", "–"),
  /** The first try may have taken away what it is about: 404 is what was asked for. */
  GONE("confirmed", "404 is what was asked for"),
  /** The first try may have made its own condition false. */
  STORED("confirmed", "412: the object there has our ETag and is no older than the call"),
  /** The same of a copy. */
  COPIED("confirmed", "412: the object there has the source's ETag and is no older than the call"),
  /** The same of a deletion. */
  DELETED("confirmed", "412 or 404: there is no such object"),
  /** The first try may have completed the upload. */
  COMPLETED(
      "confirmed",
      "404, 400 or 412: the upload is gone, and the object there has the ETag of our parts"),
  /** The first try may have begun an upload that nobody has the id of. */
  BEGUN("confirmed", "the upload of the lost reply is aborted where it is surely ours"),
  /** The first try may have made the bucket. */
  BUCKET_MADE("confirmed", "409: the bucket is ours and no older than the call"),
  /** It does no harm, but the answer may be an error that only the first try explains. */
  ECHO("as it comes", "an error may be the first try's echo"),
  /** Nothing is known of it: an operation newer than the table. It is repeated as the SDK does. */
  UNKNOWN("as it comes", "not known"),
  /** It would be carried out twice. */
  TWICE("never", "–");

  private final String shown;
  private final String how;

  Repeat(String shown, String how) {
    this.shown = shown;
    this.how = how;
  }

  /** Whether nobody can tell one carrying-out from two. */
  boolean isSafe() {
    return this == SAME;
  }

  /** Whether it is repeated unless its user says otherwise. */
  boolean isRepeated() {
    return this != TWICE;
  }

  /** In a word, for tables. */
  String shown() {
    return shown;
  }

  /** What a doubtful answer is held against, for tables. */
  String how() {
    return how;
  }
}
