package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A request body that is opened before a node is chosen. */
class ReopenedBodyTest {
  private final List<Tracked> opened = new ArrayList<>();

  private static final class Tracked extends ByteArrayInputStream {
    private final @Nullable Exception onClose;
    private boolean closed;

    Tracked(@Nullable Exception onClose) {
      super(new byte[10]);
      this.onClose = onClose;
    }

    @Override
    public void close() throws IOException {
      closed = true;
      if (onClose instanceof IOException io) {
        throw io;
      }
      if (onClose instanceof RuntimeException unchecked) {
        throw unchecked;
      }
    }
  }

  private ReopenedBody body(@Nullable Exception onClose) {
    return new ReopenedBody(
        () -> {
          opened.add(new Tracked(onClose));
          return opened.get(opened.size() - 1);
        });
  }

  @Test
  void it_is_opened_once_for_the_first_who_asks_and_anew_for_the_next() {
    ReopenedBody body = body(null);
    assertThat(opened).hasSize(1);
    InputStream first = body.newStream();
    assertThat(first).isSameAs(opened.get(0));
    assertThat(body.newStream()).isNotSameAs(first);
    body.close();
    assertThat(opened).as("theirs to close").noneMatch(stream -> stream.closed);
  }

  @Test
  void it_is_closed_where_nobody_asked() {
    body(null).close();
    assertThat(opened).singleElement().matches(stream -> stream.closed);
  }

  static Stream<Exception> failures() {
    return Stream.of(
        new IOException("disk gone"), new UncheckedIOException(new IOException("disk gone")));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void a_body_that_cannot_be_closed_does_not_undo_the_call(Exception failure) {
    assertThatCode(() -> body(failure).close()).doesNotThrowAnyException();
    assertThat(opened).singleElement().matches(stream -> stream.closed);
  }
}
