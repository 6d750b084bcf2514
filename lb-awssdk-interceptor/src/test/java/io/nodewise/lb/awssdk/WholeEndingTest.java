package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A body that comes in pieces, read as the JDK's client is fed: 8 KiB at a time. */
class WholeEndingTest {

  /** Gives a few bytes at a time, as a stream in chunks does. */
  private static InputStream inPieces(byte[] content) {
    return new ByteArrayInputStream(content) {
      @Override
      public int read(byte[] buffer, int offset, int count) {
        return super.read(buffer, offset, Math.min(count, 1 + pos % 700));
      }
    };
  }

  private static byte[] bytes(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return content;
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 1, 100, 1023, 1024, 1025, 8191, 8192, 8193, 9000, 9215, 9216, 9217, 16384, 100_000
      })
  void the_end_comes_in_one_piece(int size) throws IOException {
    byte[] content = bytes(size);
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    byte[] block = new byte[WholeEnding.BLOCK];
    int last = 0;
    InputStream body = new WholeEnding(inPieces(content));
    for (int n = body.read(block); n >= 0; n = body.read(block)) {
      assertThat(n).isPositive();
      read.write(block, 0, n);
      last = n;
    }

    assertThat(read.toByteArray()).isEqualTo(content);
    assertThat(last).as("the last piece").isGreaterThanOrEqualTo(Math.min(size, WholeEnding.END));
    assertThat(body.read()).isEqualTo(-1);
  }

  @Test
  void any_way_to_read_gives_the_same() throws IOException {
    byte[] content = bytes(30_000);
    assertThat(new WholeEnding(inPieces(content)).readAllBytes()).isEqualTo(content);
    InputStream one = new WholeEnding(inPieces(content));
    for (byte each : content) {
      assertThat(one.read()).isEqualTo(each & 0xff);
    }
    assertThat(one.read()).isEqualTo(-1);
    assertThat(one.read(new byte[0])).isZero();
  }
}
