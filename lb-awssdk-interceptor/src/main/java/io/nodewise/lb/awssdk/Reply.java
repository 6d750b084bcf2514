package io.nodewise.lb.awssdk;

import java.util.List;
import software.amazon.awssdk.http.SdkHttpResponse;

/** What an operation's success carries, and so who reads it. */
enum Reply {
  /** An object's content: the caller reads it as it comes. */
  CONTENT("content"),
  /** An XML document that is the whole point of the answer: without it there is no answer. */
  RESULT("document"),
  /** The same, and without the id of an upload it is none either. */
  UPLOAD("document"),
  /** A head that is the whole point of the answer. */
  HEAD("small"),
  /** A head, of which only the entity tag matters. */
  TAG("small"),
  /** A head, and for some operations a text that may be empty. */
  SMALL("small");

  /** One of these at least tells every server of an object, whatever else it leaves out. */
  private static final List<String> DESCRIPTION =
      List.of("ETag", "Content-Length", "Last-Modified", "Transfer-Encoding");

  private final String shown;

  Reply(String shown) {
    this.shown = shown;
  }

  /** Whether such an answer is as good as none. */
  boolean isMissing(SdkHttpResponse head, Document document) {
    return switch (this) {
      case CONTENT, SMALL -> false;
      case RESULT -> document.isEmpty();
      case HEAD -> head.statusCode() == 200 && head.firstMatchingHeader(DESCRIPTION).isEmpty();
      case TAG -> head.firstMatchingHeader("ETag").isEmpty();
      case UPLOAD -> !document.has("UploadId");
    };
  }

  /** In a word, for tables. */
  String shown() {
    return shown;
  }
}
