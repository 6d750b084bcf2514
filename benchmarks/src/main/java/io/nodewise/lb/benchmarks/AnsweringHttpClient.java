package io.nodewise.lb.benchmarks;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/*
 * It asks of a request what every HTTP client does: its URI, each of its headers, the body in blocks
 * to the end. So what is put off until somebody asks is paid for here, as it would be in life.
 */
/** An HTTP client without a network: a whole S3 answer, at once. Thread-safe. */
final class AnsweringHttpClient implements SdkHttpClient {
  /** The body of what is got and of what is put; a small object, as most are. */
  static final int OBJECT_BYTES = 4096;

  private static final int BLOCK = 4096;
  private static final byte[] OBJECT = new byte[OBJECT_BYTES];

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        return answer(request, sent(request));
      }

      @Override
      public void abort() {}
    };
  }

  /** Something that depends on every byte a client would send. */
  private static int sent(HttpExecuteRequest request) throws IOException {
    SdkHttpRequest head = request.httpRequest();
    int[] sum = {head.method().name().length() + head.getUri().getRawPath().length()};
    head.forEachHeader(
        (name, values) -> {
          for (String value : values) {
            sum[0] += name.length() + value.length();
          }
        });
    if (request.contentStreamProvider().isPresent()) {
      sum[0] += sent(request.contentStreamProvider().get());
    }
    return sum[0];
  }

  private static int sent(ContentStreamProvider provider) throws IOException {
    int sum = 0;
    byte[] block = new byte[BLOCK];
    try (InputStream body = provider.newStream()) {
      for (int n = body.read(block, 0, BLOCK); n >= 0; n = body.read(block, 0, BLOCK)) {
        sum += n;
      }
    }
    return sum;
  }

  private static HttpExecuteResponse answer(HttpExecuteRequest request, int sent) {
    boolean get = request.httpRequest().method() == SdkHttpMethod.GET;
    boolean put = request.httpRequest().method() == SdkHttpMethod.PUT;
    SdkHttpResponse head =
        SdkHttpResponse.builder()
            .statusCode(200)
            .statusText("OK")
            .putHeader("Content-Length", put ? "0" : Integer.toString(OBJECT_BYTES))
            .putHeader("Content-Type", "application/octet-stream")
            .putHeader("ETag", "\"620f0b67a91f7f74151bc5be745b7110\"")
            .putHeader("Date", "Fri, 20 Nov 2026 12:00:00 GMT")
            .putHeader("Last-Modified", "Fri, 20 Nov 2026 11:00:00 GMT")
            .putHeader("Server", "memory")
            .putHeader("x-amz-request-id", Integer.toString(sent))
            .build();
    HttpExecuteResponse.Builder response = HttpExecuteResponse.builder().response(head);
    if (get) {
      response.responseBody(AbortableInputStream.create(new ByteArrayInputStream(OBJECT)));
    }
    return response.build();
  }

  @Override
  public String clientName() {
    return "Answering";
  }

  @Override
  public void close() {}
}
