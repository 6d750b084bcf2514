package io.nodewise.lb.awssdk;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/*
 * When a reply was lost and the request was sent again, the answer to the repeat may be false:
 *
 *   conditional PUT        412, because our own first try stored the object
 *   CompleteMultipartUpload 404 (NoSuchUpload), 400 (InvalidPart) or, on a condition, 412,
 *                           because our own first try completed the upload
 *   AbortMultipartUpload   404, because our own first try aborted it
 *   CreateMultipartUpload  200, with a second upload beside the one of the lost reply
 *
 * The first two are held against what is stored: if the object there has the ETag that ours has, it
 * is ours, and the caller gets the success that was lost. The third is what was asked for. The fourth
 * leaves an orphan, see Orphans. (Two writers of equal content under one key on the same condition within
 * seconds can't be told apart: the loser, if his reply was lost, may be told that he won.) What can't be confirmed is passed on as it came, so nobody is worse
 * off than with the SDK alone. The question is asked through the same S3 client, signed and balanced
 * like any other; a HEAD never leads here again.
 */
/** Tells a true answer from the echo of a lost one. Thread-safe. */
final class Confirmation {
  private static final Logger log = LoggerFactory.getLogger(Confirmation.class);

  private static final Pattern UPLOAD_ID = Pattern.compile("<UploadId>([^<&]+)</UploadId>");

  private volatile @Nullable S3Client client; // by the builder, once the client exists

  void askThrough(S3Client s3) {
    client = s3;
  }

  /** The answer to pass on: the one that came, or the one that was lost. */
  HttpExecuteResponse review(ApiCall call, HttpExecuteResponse response) {
    S3Client s3 = client;
    if (s3 == null || !call.isReplyLost()) {
      return response;
    }
    int status = response.httpResponse().statusCode();
    try {
      return switch (call.operation()) {
        case CONDITIONAL_PUT -> status == 412 ? put(s3, call, response) : response;
        case COMPLETE_UPLOAD ->
            status == 404 || status == 400 || status == 412
                ? complete(s3, call, response)
                : response;
        case ABORT_UPLOAD ->
            status == 404 ? replaced(response, 204, Optional.empty(), "") : response;
        case CREATE_UPLOAD -> status == 200 ? create(s3, call, response) : response;
        default -> response;
      };
    } catch (SdkException | IOException e) {
      log.debug("Could not confirm a {} whose reply was lost: {}", call.operation(), e.toString());
      return response;
    }
  }

  private static HttpExecuteResponse put(S3Client s3, ApiCall call, HttpExecuteResponse response)
      throws IOException {
    if (!(call.request() instanceof PutObjectRequest put) || call.body() == null) {
      return response;
    }
    HeadObjectResponse stored =
        s3.headObject(
            head ->
                head.bucket(put.bucket())
                    .key(put.key())
                    .requestPayer(put.requestPayer())
                    .sseCustomerAlgorithm(put.sseCustomerAlgorithm())
                    .sseCustomerKey(put.sseCustomerKey())
                    .sseCustomerKeyMD5(put.sseCustomerKeyMD5()));
    // Of equal content somebody else may have stored it, but not before this call began.
    boolean young =
        stored.lastModified() != null
            && stored.lastModified().isAfter(call.began().minus(Orphans.SKEW));
    if (!young || !EntityTag.ofContent(call.body()).equals(EntityTag.bare(stored.eTag()))) {
      return response;
    }
    log.info("A conditional PUT of {} had succeeded, its reply was lost", put.key());
    return replaced(response, 200, Optional.of(stored), "");
  }

  private static HttpExecuteResponse complete(
      S3Client s3, ApiCall call, HttpExecuteResponse response) {
    if (!(call.request() instanceof CompleteMultipartUploadRequest complete)
        || complete.multipartUpload() == null) {
      return response;
    }
    HeadObjectResponse stored =
        s3.headObject(
            head ->
                head.bucket(complete.bucket())
                    .key(complete.key())
                    .requestPayer(complete.requestPayer())
                    .sseCustomerAlgorithm(complete.sseCustomerAlgorithm())
                    .sseCustomerKey(complete.sseCustomerKey())
                    .sseCustomerKeyMD5(complete.sseCustomerKeyMD5()));
    Optional<String> ours = EntityTag.ofParts(complete.multipartUpload().parts());
    if (ours.isEmpty() || !ours.get().equals(EntityTag.bare(stored.eTag()))) {
      return response;
    }
    log.info("A multipart upload of {} had been completed, the reply was lost", complete.key());
    String document =
        "<CompleteMultipartUploadResult><Bucket>"
            + escaped(complete.bucket())
            + "</Bucket><Key>"
            + escaped(complete.key())
            + "</Key><ETag>"
            + escaped(stored.eTag())
            + "</ETag></CompleteMultipartUploadResult>";
    return replaced(response, 200, Optional.of(stored), document);
  }

  private static HttpExecuteResponse create(S3Client s3, ApiCall call, HttpExecuteResponse response)
      throws IOException {
    if (!(call.request() instanceof CreateMultipartUploadRequest create)
        || response.responseBody().isEmpty()) {
      return response;
    }
    AbortableInputStream body = response.responseBody().get();
    byte[] document = body.readAllBytes();
    body.close();
    Matcher ours = UPLOAD_ID.matcher(new String(document, StandardCharsets.UTF_8));
    if (ours.find()) {
      try {
        Orphans.abort(s3, create, ours.group(1), call.began());
      } catch (SdkException e) {
        log.debug("Could not look for an orphaned upload of {}: {}", create.key(), e.toString());
      }
    }
    return HttpExecuteResponse.builder()
        .response(response.httpResponse())
        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(document)))
        .build();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** A success in place of an answer, which is closed. */
  private static HttpExecuteResponse replaced(
      HttpExecuteResponse instead, int status, Optional<HeadObjectResponse> stored, String body) {
    instead.responseBody().ifPresent(AbortableInputStream::abort);
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    SdkHttpResponse.Builder head =
        SdkHttpResponse.builder()
            .statusCode(status)
            .putHeader("Content-Length", Integer.toString(bytes.length));
    stored.ifPresent(
        object -> {
          head.putHeader("ETag", object.eTag());
          if (object.versionId() != null) {
            head.putHeader("x-amz-version-id", object.versionId());
          }
        });
    return HttpExecuteResponse.builder()
        .response(head.build())
        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(bytes)))
        .build();
  }
}
