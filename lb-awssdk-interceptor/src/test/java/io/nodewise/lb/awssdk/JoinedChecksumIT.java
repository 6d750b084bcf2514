package io.nodewise.lb.awssdk;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.nodewise.lb.LoadBalancer;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;

/** The SDK's own check of an object's checksum, over what came from two nodes. */
class JoinedChecksumIT extends OnOddNodes {
  private static final int SIZE = 100_000;
  private static final int BREAK = 40_000;
  private static final String TAG = "\"tag\"";

  private final GetObjectRequest checked =
      GetObjectRequest.builder().bucket("b").key("k").checksumMode(ChecksumMode.ENABLED).build();

  private static String crc32(byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  /** The beginning of the object, said to be all of it; who asks for the rest gets that. */
  private void answerInTwoPieces(byte[] rest, int status, String tag, String range) {
    ODD.forEach(
        server -> {
          server.stubFor(
              any(anyUrl())
                  .withHeader("Range", absent())
                  .willReturn(
                      aResponse()
                          .withHeader("ETag", TAG)
                          .withHeader("Content-Length", Integer.toString(SIZE))
                          .withHeader("x-amz-checksum-crc32", crc32(bytes(SIZE)))
                          .withHeader("x-amz-checksum-type", "FULL_OBJECT")
                          .withBody(Arrays.copyOf(bytes(SIZE), BREAK))));
          server.stubFor(
              any(anyUrl())
                  .withHeader("Range", equalTo("bytes=" + BREAK + "-" + (SIZE - 1)))
                  .willReturn(
                      aResponse()
                          .withStatus(status)
                          .withHeader("ETag", tag)
                          .withHeader("Content-Range", range)
                          .withBody(rest)));
        });
  }

  private static byte[] rest() {
    return Arrays.copyOfRange(bytes(SIZE), BREAK, SIZE);
  }

  private static String range() {
    return "bytes " + BREAK + "-" + (SIZE - 1) + "/" + SIZE;
  }

  @Test
  void joinedBytesPassTheCheck() throws Exception {
    LoadBalancer cluster = cluster(4, 0);
    S3Client s3 = client(cluster);
    answerInTwoPieces(rest(), 206, TAG, range());

    assertThat(s3.getObjectAsBytes(checked).asByteArray()).isEqualTo(bytes(SIZE));
    try (InputStream body = s3.getObject(checked)) {
      assertThat(body.readAllBytes()).isEqualTo(bytes(SIZE));
    }
    assertThat(cluster.snapshot().resumes()).isEqualTo(2);
  }

  @Test
  void aFlippedByteFailsIt() {
    LoadBalancer cluster = cluster(4, 0);
    S3Client s3 = client(cluster);
    byte[] flipped = rest();
    flipped[flipped.length / 2] ^= 1;
    answerInTwoPieces(flipped, 206, TAG, range());

    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(() -> s3.getObjectAsBytes(checked))
        .withMessageContaining("checksum");
    assertThat(cluster.snapshot().resumes()).isPositive();
  }

  @Test
  void bytesOfAnotherTagAreNotJoined() throws Exception {
    S3Client s3 = client(cluster(4, 0));
    answerInTwoPieces(rest(), 206, "\"other\"", range());

    try (InputStream body = s3.getObject(checked)) {
      assertThatIOException().isThrownBy(body::readAllBytes).withMessageContaining("changed");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes 39999-99999/100000", "bytes 40000-99998/100000", "what", ""})
  void bytesOfAnotherRangeAreNotJoined(String range) throws Exception {
    LoadBalancer cluster = cluster(4, 0);
    S3Client s3 = client(cluster);
    answerInTwoPieces(rest(), 206, TAG, range);

    try (InputStream body = s3.getObject(checked)) {
      assertThatIOException()
          .isThrownBy(body::readAllBytes)
          .withMessageContaining("node 127.0.0.1");
    }
    assertIdle(cluster);
  }

  @Test
  void aServerThatKnowsNoRangesIsNotBelieved() throws Exception {
    S3Client s3 = client(cluster(4, 0));
    answerInTwoPieces(bytes(SIZE), 200, TAG, "");

    try (InputStream body = s3.getObject(checked)) {
      assertThatIOException().isThrownBy(body::readAllBytes);
    }
  }
}
