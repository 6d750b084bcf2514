package io.nodewise.lb.awssdk;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * An answer that takes the place of another one.
 *
 * @param head what it begins with
 * @param body all of its body
 */
record Reviewed(SdkHttpResponse head, byte[] body) {

  /** The answer to pass on: the one that came, or the one that was lost, in its place. */
  static HttpExecuteResponse of(
      Confirmation confirmation, ApiCall call, HttpExecuteResponse response) {
    AbortableInputStream stream = response.responseBody().orElse(null);
    Document document = new Document(stream);
    Reviewed instead =
        confirmation.review(
            call, response.httpResponse(), document::read, confirmation.questions());
    if (instead == null) {
      byte[] read = document.bytes;
      return read == null ? response : answer(response.httpResponse(), read);
    }
    if (stream != null) {
      stream.abort();
    }
    return answer(instead.head, instead.body);
  }

  private static HttpExecuteResponse answer(SdkHttpResponse head, byte[] body) {
    return HttpExecuteResponse.builder()
        .response(head)
        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(body)))
        .build();
  }

  /** Read when it is asked for, from memory mostly; then it is to be passed on from here. */
  private static final class Document {
    private final @Nullable AbortableInputStream stream;
    private byte @Nullable [] bytes;

    Document(@Nullable AbortableInputStream stream) {
      this.stream = stream;
    }

    byte[] read() {
      try {
        byte[] read = stream == null ? new byte[0] : stream.readAllBytes();
        bytes = read;
        return read;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
