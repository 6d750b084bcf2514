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
  void it_is_opened_once_for_the_first_who_reads_and_anew_for_the_next() throws Exception {
    ReopenedBody body = body(null);
    assertThat(opened).hasSize(1);
    InputStream first = body.newStream();
    assertThat(first.readAllBytes()).hasSize(10);
    InputStream second = body.newStream();
    assertThat(second.read()).isZero();
    assertThat(opened).hasSize(2);
    body.close();
    assertThat(opened).as("theirs to close").noneMatch(stream -> stream.closed);
    first.close();
    assertThat(opened.get(0).closed).isTrue();
    assertThat(opened.get(1).closed).isFalse();
  }

  /** By a signer, for a node that could not be reached then. */
  @Test
  void who_asks_and_does_not_read_leaves_it_whole() throws Exception {
    ReopenedBody body = body(null);
    try (InputStream signers = body.newStream()) {
      assertThat(signers.available()).isEqualTo(10);
    }
    assertThat(body.newStream().readAllBytes()).hasSize(10);
    assertThat(opened).singleElement().matches(stream -> !stream.closed);
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
