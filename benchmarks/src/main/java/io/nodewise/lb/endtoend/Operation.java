package io.nodewise.lb.endtoend;

import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.S3Client;

/** What a client does again and again. The content of an object follows from its size. */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes the content
enum Operation {
  SMALL_GET("4 KiB GET", false, 4 << 10),
  SMALL_PUT("4 KiB PUT", true, 4 << 10),
  MEDIUM_GET("1 MiB GET", false, 1 << 20),
  MEDIUM_PUT("1 MiB PUT", true, 1 << 20),
  LARGE_GET("8 MiB GET", false, 8 << 20),
  LARGE_PUT("8 MiB PUT", true, 8 << 20);

  static final String BUCKET = "end-to-end";

  /** Objects of each size that are read. */
  private static final int OBJECTS = 8;

  private static final int BUFFER = 64 << 10;
  private static final ThreadLocal<byte[]> BUFFERS =
      ThreadLocal.withInitial(() -> new byte[BUFFER]);

  private final String shown;
  private final boolean writes;
  private final byte[] content;
  private final RequestBody body;

  Operation(String shown, boolean writes, int size) {
    this.shown = shown;
    this.writes = writes;
    this.content = new byte[size];
    new SplittableRandom(size).nextBytes(content);
    this.body = RequestBody.fromBytes(content);
  }

  String shown() {
    return shown;
  }

  boolean isLarge() {
    return content.length >= 8 << 20;
  }

  /** Writes the objects that are read. */
  static void prepare(S3Client s3) {
    s3.createBucket(b -> b.bucket(BUCKET));
    for (Operation operation : values()) {
      for (int i = 0; i < OBJECTS && !operation.writes; i++) {
        String key = operation.key(i);
        s3.putObject(b -> b.bucket(BUCKET).key(key), operation.body);
      }
    }
  }

  /**
   * Does it once; everything that is read is compared.
   *
   * @param number which object; writers that run at the same time should have different ones
   * @throws IllegalStateException if what was read is not what was written
   */
  void run(S3Client s3, int number) {
    if (writes) {
      s3.putObject(b -> b.bucket(BUCKET).key("put-" + key(number)), body);
      return;
    }
    s3.getObject(
        b -> b.bucket(BUCKET).key(key(number % OBJECTS)), (response, body) -> verified(body));
  }

  private String key(int number) {
    return content.length + "-" + number;
  }

  private int verified(AbortableInputStream stream) throws IOException {
    byte[] buffer = BUFFERS.get();
    int total = 0;
    for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
      if (total + n > content.length || !Arrays.equals(buffer, 0, n, content, total, total + n)) {
        throw new IllegalStateException(shown + ": wrong content near byte " + total);
      }
      total += n;
    }
    if (total != content.length) {
      throw new IllegalStateException(shown + ": " + total + " bytes");
    }
    return total;
  }
}
