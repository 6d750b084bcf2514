package io.nodewise.examples.demo.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeldContentTest {
  private final byte[] content = new StoredObject("key", 7, 10_000).content();
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private final HeldContent held = new HeldContent(content, 2_500, reached, release);

  @Test
  void standsStillHalfSentAndGoesOnWhenReleased() throws Exception {
    CompletableFuture<byte[]> upload = CompletableFuture.supplyAsync(() -> read(held.newStream()));
    assertThat(reached.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(upload).isNotDone();
    release.countDown();
    assertThat(upload.get(10, TimeUnit.SECONDS)).isEqualTo(content);
    assertThat(held.heldNanos().get()).isPositive();
  }

  @Test
  void aRepeatedAttemptReadsFromTheStart() {
    release.countDown();
    assertThat(read(held.newStream())).isEqualTo(content);
    assertThat(read(held.newStream())).isEqualTo(content);
  }

  @Test
  void readsByteByByteToo() throws IOException {
    release.countDown();
    InputStream stream = held.newStream();
    for (byte expected : content) {
      assertThat((byte) stream.read()).isEqualTo(expected);
    }
    assertThat(stream.read()).isEqualTo(-1);
  }

  private static byte[] read(InputStream stream) {
    try {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
