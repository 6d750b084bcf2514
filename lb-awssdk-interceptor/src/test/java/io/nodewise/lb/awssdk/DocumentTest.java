package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentTest {
  private static final String LIST =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          + "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
          + "<Contents><Key>a</Key></Contents></ListBucketResult>";

  private static Document document(String text) {
    return new Document(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        LIST,
        "<A></A>",
        "<A/>",
        "  \n<A b=\"c\" />\n",
        "<!-- why --><A>x</A>",
        "<!DOCTYPE a><s3:A>x</s3:A>",
        "{\"Version\":\"2012-10-17\"}",
        ""
      })
  void whole(String text) {
    assertThat(document(text).isWhole()).isTrue();
  }

  @Test
  void nothing_that_an_answer_is_cut_to_is_whole() {
    for (int length = 1; length < LIST.length(); length++) {
      assertThat(document(LIST.substring(0, length)).isWhole()).as("%s", length).isFalse();
    }
  }

  @Test
  void a_long_one_is_known_by_its_ends() {
    String list = "<List>" + "<Key>k</Key>".repeat(100_000) + "</List>\n";
    assertThat(document(list).isWhole()).isTrue();
    assertThat(document(list.substring(0, list.length() - 8)).isWhole()).isFalse();
    String open = "<List>" + "<Key>k</Key>".repeat(100_000) + "<Empty/>";
    assertThat(document(open).isWhole()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<Error><Code>InternalError</Code></Error>",
        "<?xml version=\"1.0\"?>\n\n<Error>\n<Code> InternalError </Code>\n</Error>",
        "   \n\n   <?xml version=\"1.0\"?><Error><Code>InternalError</Code></Error>"
      })
  void error(String text) {
    assertThat(document(text).isError()).isTrue();
    assertThat(document(text).code()).isEqualTo("InternalError");
  }

  @ParameterizedTest
  @ValueSource(strings = {LIST, "", "Error", "<Errors/>", "<DeleteResult><Error/></DeleteResult>"})
  void no_error(String text) {
    assertThat(document(text).isError()).isFalse();
  }

  @Test
  void white_space_is_nothing() {
    assertThat(document(" \r\n ".repeat(10_000)).isEmpty()).isTrue();
    assertThat(document(LIST).isEmpty()).isFalse();
  }

  @Test
  void upload_id() {
    assertThat(document("<R><UploadId>7</UploadId></R>").has("UploadId")).isTrue();
    assertThat(document("<a:R><a:UploadId>7</a:UploadId></a:R>").has("UploadId")).isTrue();
    assertThat(document("<R></R>").has("UploadId")).isFalse();
  }
}
