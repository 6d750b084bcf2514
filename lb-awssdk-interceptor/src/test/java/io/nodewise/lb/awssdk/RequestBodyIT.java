package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Bodies of every kind, on nodes that fail, and bodies that fail themselves. */
class RequestBodyIT extends OnS3Nodes {
  private static final int SIZE = 200_000;
  private static final byte[] CONTENT = bytes(SIZE);
  private static final String TYPE = "application/octet-stream";

  @TempDir static Path directory;

  record Body(String name, Function<byte[], RequestBody> of) {
    RequestBody make() {
      return of.apply(CONTENT);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static final List<Body> REPEATABLE =
      List.of(
          new Body("bytes", RequestBody::fromBytes),
          new Body("buffer", content -> RequestBody.fromByteBuffer(ByteBuffer.wrap(content))),
          new Body("file", content -> RequestBody.fromFile(file(content))),
          new Body(
              "stream with mark",
              content -> RequestBody.fromInputStream(new ByteArrayInputStream(content), SIZE)),
          new Body(
              "content provider",
              content ->
                  RequestBody.fromContentProvider(
                      () -> new OneShot(content), content.length, TYPE)),
          new Body(
              "content provider of unknown length",
              content -> RequestBody.fromContentProvider(() -> new OneShot(content), TYPE)));

  private static Path file(byte[] content) {
    try {
      return Files.write(directory.resolve("body"), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** No mark, no reset. */
  private static final class OneShot extends FilterInputStream {
    OneShot(byte[] content) {
      super(new BufferedInputStream(new ByteArrayInputStream(content)));
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }

  private void put(S3Client s3, RequestBody body) {
    s3.putObject(put -> put.bucket(bucket).key("k"), body);
  }

  @ParameterizedTest
  @FieldSource("REPEATABLE")
  void bodyIsSentAgainAfterAReset(Body body) {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    nodes.onceAnywhere(Fault.resetRequest(100_000).on("PUT"));

    put(s3, body.make());

    assertThat(get(s3, "k")).isEqualTo(CONTENT);
    assertThat(nodes.count("PUT")).isEqualTo(2);
    assertThat(faults(cluster)).isEqualTo(1);
  }

  @ParameterizedTest
  @FieldSource("REPEATABLE")
  void bodyGoesToTheLastNodeAlive(Body body) {
    for (int i = 0; i < 3; i++) {
      nodes.get(i).kill();
    }
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);

    put(s3, body.make());

    assertThat(get(s3, "k")).isEqualTo(CONTENT);
    assertThat(nodes.get(3).count("PUT")).isEqualTo(1);
  }

  /** Nothing of it has been read, so it is whole. */
  @Test
  void oneShotStreamGoesToTheLastNodeAlive() {
    for (int i = 0; i < 3; i++) {
      nodes.get(i).kill();
    }
    S3Client s3 = client(unprobed(4));

    put(s3, RequestBody.fromInputStream(new OneShot(CONTENT), SIZE));

    assertThat(get(s3, "k")).isEqualTo(CONTENT);
  }

  static final List<Body> SPENT =
      List.of(
          new Body("stream", content -> RequestBody.fromInputStream(new OneShot(content), SIZE)),
          new Body(
              "stream with a mark that is too far back",
              content ->
                  RequestBody.fromInputStream(
                      new BufferedInputStream(new ByteArrayInputStream(content)), SIZE)),
          new Body(
              "content provider that opens once",
              content -> {
                AtomicInteger opened = new AtomicInteger();
                return RequestBody.fromContentProvider(
                    () -> {
                      if (opened.incrementAndGet() > 1) {
                        throw new UncheckedIOException(new IOException("gone"));
                      }
                      return new OneShot(content);
                    },
                    SIZE,
                    TYPE);
              }));

  @ParameterizedTest
  @FieldSource("SPENT")
  void bodyThatCannotBeSentTwiceSaysWhyItWouldHaveToBe(Body body) {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    nodes.onceAnywhere(Fault.resetRequest(180_000).on("PUT"));

    assertThatException()
        .isThrownBy(() -> put(s3, body.make()))
        .withMessageContaining("can't be read a second time")
        .withMessageContaining("the first try failed: node 127.0.0.1:")
        .withMessageContaining("RequestBody.fromFile");

    assertIdle(cluster);
    assertThat(faults(cluster)).as("one node failed, none other").isEqualTo(1);
    assertThat(nodes.count("PUT")).as("no node gets half of it").isEqualTo(1);
  }

  /** It has been sent, and nobody knows to what end. */
  @ParameterizedTest
  @FieldSource("SPENT")
  void bodyThatCannotBeSentTwiceAfterALostReply(Body body) {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));

    assertThatException()
        .isThrownBy(() -> put(s3, body.make()))
        .withMessageContaining("can't be read a second time");

    assertThat(faults(cluster)).isEqualTo(1);
    assertThat(nodes.count("PUT")).isEqualTo(1);
  }

  private static String everythingSaid(Throwable e) {
    StringBuilder said = new StringBuilder();
    for (Throwable t = e; t != null; t = t.getCause()) {
      said.append(t).append('\n');
      for (Throwable suppressed : t.getSuppressed()) {
        said.append(suppressed).append('\n');
      }
    }
    return said.toString();
  }

  @Test
  void streamThatFails() {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    AtomicInteger opened = new AtomicInteger();
    RequestBody body =
        RequestBody.fromContentProvider(
            () -> {
              opened.incrementAndGet();
              return new Failing(new IOException("disk on fire"));
            },
            SIZE,
            TYPE);

    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(() -> put(s3, body))
        .withMessageContaining("disk on fire");

    assertThat(opened).hasValueLessThanOrEqualTo(4); // the SDK's own retries, no more
    assertThat(faults(cluster)).isZero();
    assertIdle(cluster);
  }

  @Test
  void streamThatFailsWithARuntimeException() {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    RequestBody body =
        RequestBody.fromContentProvider(
            () -> new Failing(new IllegalArgumentException("a bug")), SIZE, TYPE);

    assertThatException()
        .isThrownBy(() -> put(s3, body))
        .satisfies(e -> assertThat(everythingSaid(e)).contains("a bug"));

    assertThat(faults(cluster)).isZero();
    assertIdle(cluster);
  }

  @Test
  void streamThatDoesNotOpen() {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    RequestBody body =
        RequestBody.fromContentProvider(
            () -> {
              throw new UncheckedIOException(new IOException("no such file"));
            },
            SIZE,
            TYPE);

    assertThatException()
        .isThrownBy(() -> put(s3, body))
        .satisfies(e -> assertThat(everythingSaid(e)).contains("no such file"));

    assertThat(faults(cluster)).isZero();
    assertIdle(cluster);
  }

  @Test
  void streamThatIsTooShort() {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);

    assertThatException()
        .isThrownBy(
            () ->
                put(
                    s3,
                    RequestBody.fromContentProvider(
                        () -> new ByteArrayInputStream(CONTENT), SIZE + 1000L, TYPE)));

    assertThat(faults(cluster)).isZero();
    assertIdle(cluster);
  }

  /** Gives half of what it should, and fails. */
  @SuppressWarnings("InputStreamSlowMultibyteRead")
  private static final class Failing extends InputStream {
    private final Exception failure;
    private int given;

    Failing(Exception failure) {
      this.failure = failure;
    }

    @Override
    public int read() throws IOException {
      if (++given > SIZE / 2) {
        if (failure instanceof IOException io) {
          throw io;
        }
        throw (RuntimeException) failure;
      }
      return 7;
    }
  }

  @Test
  void uploadPartIsSentAgain() {
    S3Client s3 = client(unprobed(4));
    String id = s3.createMultipartUpload(c -> c.bucket(bucket).key("k")).uploadId();
    nodes.onceAnywhere(Fault.resetRequest(100_000).on("PUT"));

    s3.uploadPart(
        part -> part.bucket(bucket).key("k").uploadId(id).partNumber(1),
        RequestBody.fromBytes(CONTENT));

    assertThat(s3.listParts(list -> list.bucket(bucket).key("k").uploadId(id)).parts()).hasSize(1);
  }
}
