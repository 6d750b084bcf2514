package io.nodewise.lb.okhttp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import okhttp3.Request;
import okhttp3.RequestBody;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of what may be sent again. */
class RepeatableRequestsTest {
  private static final String HOST = "http://s3.local:9000";

  private static Request request(String method, String target, String headers) {
    Request.Builder builder = new Request.Builder().url(HOST + target);
    boolean body = method.startsWith("P");
    builder.method(method, body ? RequestBody.create("x".getBytes(UTF_8)) : null);
    if (headers != null) {
      for (String header : headers.split("\\|")) {
        builder.header(header.split(":")[0], header.split(":")[1]);
      }
    }
    return builder.build();
  }

  @ParameterizedTest
  @CsvSource({
    // What only reads.
    "GET,     /b/k,                                  ,                           true",
    "GET,     /b/k?uploadId=u,                       ,                           true",
    "GET,     /b?list-type=2&prefix=a,               ,                           true",
    "HEAD,    /b/k,                                  If-Match:e,                 true",
    "OPTIONS, /b/k,                                  ,                           true",
    "POST,    /b/k?select&select-type=2,             ,                           true",
    // Objects written whole.
    "PUT,     /b/k,                                  ,                           true",
    "PUT,     /b/dir/,                               ,                           true",
    "PUT,     /b/k?x-id=PutObject,                   ,                           true",
    "PUT,     /b/k?X-Amz-Signature=s&X-Amz-Date=d,   ,                           true",
    "PUT,     /b/k,                                  If-None-Match:*,            false",
    "PUT,     /b/k,                                  If-Match:e,                 false",
    "PUT,     /b/k,                                  x-amz-write-offset-bytes:5, false",
    "PUT,     /b/k?X-Amz-Write-Offset-Bytes=5,       ,                           false",
    "PUT,     /b/k?renameObject,                     ,                           false",
    "PUT,     /b/k?something-new,                    ,                           false",
    // Copies.
    "PUT,     /b/k,                                  x-amz-copy-source:/a/k,     true",
    "PUT, /b/k, x-amz-copy-source:/a/k|x-amz-copy-source-if-match:e,             true",
    "PUT, /b/k, x-amz-copy-source:b/k|x-amz-copy-source-if-match:e,              false",
    "PUT, /b/k, x-amz-copy-source:/b%2Fk?versionId=1|x-amz-copy-source-if-modified-since:d, false",
    "PUT, /b/k, x-amz-copy-source:b/%k|x-amz-copy-source-if-match:e,             false",
    "PUT, /b/k, x-amz-copy-source:/b/k|x-amz-metadata-directive:REPLACE,         true",
    "PUT, /b/k, x-amz-copy-source:/a/k|If-Match:e,                               false",
    // Parts of uploads, and what is around them.
    "PUT,     /b/k?partNumber=1&uploadId=u,          ,                           true",
    "PUT, /b/k?partNumber=1&uploadId=u, x-amz-copy-source:b/k|x-amz-copy-source-if-match:e, true",
    "POST,    /b/k?uploads,                          ,                           false",
    "POST,    /b/k?uploadId=u,                       ,                           false",
    "DELETE,  /b/k?uploadId=u,                       ,                           false",
    // Deletions.
    "DELETE,  /b/k,                                  ,                           true",
    "DELETE,  /b/k,                                  If-Match:e,                 false",
    "DELETE,  /b/k,                                  x-amz-if-match-size:5,      false",
    "DELETE,  /b/k?versionId=1,                      ,                           false",
    "DELETE,  /b/k?tagging,                          ,                           true",
    "DELETE,  /b,                                    ,                           false",
    "DELETE,  /b/,                                   ,                           false",
    "DELETE,  /b?lifecycle,                          ,                           false",
    // Settings.
    "PUT,     /b/k?acl,                              ,                           true",
    "PUT,     /b/k?tagging&versionId=1,              ,                           true",
    "PUT,     /b/k?retention,                        ,                           true",
    "PUT,     /b/k?annotation,                       ,                           false",
    "PUT,     /b?policy,                             ,                           true",
    "PUT,     /b?inventory&id=1,                     ,                           true",
    "PUT,     /b/?versioning,                        ,                           true",
    "PUT,     /b?somethingNew,                       ,                           false",
    "PUT,     /b,                                    ,                           false",
    "PUT,     /b/,                                   ,                           false",
    // Others.
    "POST,    /b/k?restore,                          ,                           false",
    "POST,    /b,                                    ,                           false",
    "PATCH,   /b/k,                                  ,                           false",
  })
  void whatS3LetsOneRepeat(String method, String target, String headers, boolean repeatable) {
    assertThat(RepeatableRequests.s3().isRepeatable(request(method, target, headers)))
        .isEqualTo(repeatable);
  }

  private static boolean deletes(RequestBody body) {
    Request request = new Request.Builder().url(HOST + "/b?delete").post(body).build();
    return RepeatableRequests.s3().isRepeatable(request);
  }

  @ParameterizedTest
  @CsvSource({
    "<Object><Key>a</Key></Object>, true",
    "<Object><Key>ETag&gt;</Key><VersionId>1</VersionId></Object>, true",
    "<Object><Key>a</Key><ETag>e</ETag></Object>, false",
    "<Object><Key>a</Key><LastModifiedTime>t</LastModifiedTime></Object>, false",
    "<Object><Key>a</Key><s3:Size>1</s3:Size></Object>, false",
  })
  void manyAreDeletedTwiceUnlessOnCondition(String objects, boolean repeatable) {
    assertThat(deletes(RequestBody.create(("<Delete>" + objects + "</Delete>").getBytes(UTF_8))))
        .isEqualTo(repeatable);
  }

  @Test
  void aListThatIsTooLongToLookAtIsNot() {
    assertThat(deletes(RequestBody.create(new byte[3 << 20]))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "GET, true, true",
    "HEAD, true, true",
    "OPTIONS, true, true",
    "PUT, false, true",
    "DELETE, false, true",
    "POST, false, false",
    "PATCH, false, false",
  })
  void byMethod(String method, boolean read, boolean idempotent) {
    Request.Builder builder = new Request.Builder().url(HOST);
    boolean body = method.startsWith("P");
    Request request = builder.method(method, body ? RequestBody.create(new byte[1]) : null).build();
    assertThat(RepeatableRequests.reads().isRepeatable(request)).isEqualTo(read);
    assertThat(RepeatableRequests.idempotent().isRepeatable(request)).isEqualTo(idempotent);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "POST"})
  void eitherOfTwo(String method) {
    RepeatableRequests both =
        RepeatableRequests.s3()
            .or(request -> request.url().queryParameterNames().contains("uploads"));
    assertThat(both.isRepeatable(request(method, "/b/k?uploads", null))).isTrue();
    assertThat(both.isRepeatable(request("PUT", "/b/k", null))).isTrue();
    assertThat(both.isRepeatable(request("POST", "/b/k?restore", null))).isFalse();
  }
}
