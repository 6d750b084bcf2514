package io.nodewise.lb.contract;

import io.nodewise.lb.awssdk.nodes.S3Nodes;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.util.Map;
import okhttp3.Request;
import okhttp3.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** Requests for OkHttp, signed as S3 wants it, for the logical endpoint. */
final class SignedRequests {
  private static final AwsV4HttpSigner SIGNER = AwsV4HttpSigner.create();

  private final URI endpoint;
  private final String bucket;

  SignedRequests(URI endpoint, String bucket) {
    this.endpoint = endpoint;
    this.bucket = bucket;
  }

  /** One without a body. */
  Request of(String method, String key, Map<String, String> query) {
    return of(method, key, query, Map.of(), null, new byte[0]);
  }

  /**
   * One with a body.
   *
   * @param body what is sent; null for none
   * @param content what that is, as it is signed too
   */
  Request of(
      String method,
      String key,
      Map<String, String> query,
      Map<String, String> headers,
      RequestBody body,
      byte[] content) {
    SdkHttpRequest.Builder unsigned =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.fromValue(method))
            .uri(endpoint)
            .encodedPath("/" + bucket + (key.isEmpty() ? "" : "/" + key));
    query.forEach(unsigned::putRawQueryParameter);
    headers.forEach(unsigned::putHeader);
    unsigned.putHeader("Host", endpoint.getRawAuthority());
    SdkHttpRequest signed = sign(unsigned.build(), content);
    Request.Builder request =
        new Request.Builder().url(signed.getUri().toString()).method(method, body);
    signed.headers().forEach((name, values) -> request.header(name, values.get(0)));
    return request.build();
  }

  private static SdkHttpRequest sign(SdkHttpRequest request, byte[] content) {
    AwsCredentialsIdentity identity =
        AwsCredentialsIdentity.create(S3Nodes.ACCESS_KEY, S3Nodes.SECRET_KEY);
    ContentStreamProvider payload = () -> new ByteArrayInputStream(content);
    return SIGNER
        .sign(
            sign ->
                sign.identity(identity)
                    .request(request)
                    .payload(payload)
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1")
                    .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                    .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false))
        .request();
  }
}
