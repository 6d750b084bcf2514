package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Which successes without a body are none. */
class CutHeadTest {

  private static SdkHttpResponse.Builder response(int status) {
    return SdkHttpResponse.builder().statusCode(status).putHeader("Date", "today");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 20, 200, 206})
  void a_head_that_does_not_say_where_the_body_ends_may_be_half_of_one(int status) {
    assertThat(CutHead.isPossible(response(status).build())).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"Content-Length, 0", "Transfer-Encoding, chunked", "Connection, close"})
  void one_that_says_so_is_whole(String name, String value) {
    assertThat(CutHead.isPossible(response(200).putHeader(name, value).build())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 301, 304, 307, 400, 404, 500, 503})
  void what_is_no_success_or_has_no_body_by_its_status_is_taken_as_it_is(int status) {
    assertThat(CutHead.isPossible(response(status).build())).isFalse();
  }

  @Test
  void a_body_proves_its_head() {
    assertThatNoException()
        .isThrownBy(() -> CutHead.requireProof(response(200).build(), new byte[] {1}));
  }

  @Test
  void no_body_proves_nothing() {
    assertThatIOException()
        .isThrownBy(() -> CutHead.requireProof(response(200).build(), new byte[0]))
        .withMessageContaining("broke off in its head");
  }
}
