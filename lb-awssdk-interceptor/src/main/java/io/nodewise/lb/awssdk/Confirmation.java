package io.nodewise.lb.awssdk;

import io.nodewise.lb.retry.UnsafeRepeats;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/*
 * When a reply was lost and the request was sent again, the answer to the repeat may be false:
 *
 *   PUT or copy on a condition  412, because our own first try stored the object
 *   DELETE on a condition       412 or 404, because our own first try deleted it
 *   CompleteMultipartUpload     404 (NoSuchUpload), 400 (InvalidPart) or, on a condition, 412,
 *                               because our own first try completed the upload, which then is gone
 *   CreateBucket                409, because our own first try made the bucket
 *   deletions of other things   404, because our own first try deleted it
 *   CreateMultipartUpload       200, with a second upload beside the one of the lost reply
 *
 * All but the last two are held against what is stored: if that is ours, the caller gets the success
 * that was lost. Of deletions 404 is what was asked for. The last leaves an orphan, see Orphans. (Two
 * writers of equal content under one key on the same condition within seconds can't be told apart: the
 * loser, if his reply was lost, may be told that he won.) What can't be confirmed is passed on as it
 * came, so nobody is worse off than with the SDK alone. The question is asked through the same S3
 * client, signed and balanced like any other; a question never leads here again.
 */
/** Tells a true answer from the echo of a lost one. Thread-safe. */
final class Confirmation {
  private static final Logger log = LoggerFactory.getLogger(Confirmation.class);

  private static final Pattern UPLOAD_ID = Pattern.compile("<UploadId>([^<&]+)</UploadId>");

  private volatile @Nullable S3Client client; // by the builder, once the client exists
  private volatile @Nullable ApiCalls calls; // the same

  /** Asks through this client, of which these are the calls. */
  void askThrough(S3Client s3, ApiCalls all) {
    calls = all;
    client = s3;
  }

  /** The answer to pass on: the one that came, or the one that was lost. */
  HttpExecuteResponse review(ApiCall call, HttpExecuteResponse response) {
    S3Client s3 = client;
    if (s3 == null
        || !(call.request() instanceof AwsRequest request)
        || !call.isReplyLost()
        || call.unsafeRepeats() == UnsafeRepeats.ALLOW) {
      return response;
    }
    try {
      return review(new StoredState(s3, request, call.began()), call, request, response);
    } catch (RuntimeException | IOException e) { // of the caller's own body and credentials, too
      log.debug("Could not confirm a {} whose reply was lost: {}", call.operation(), e.toString());
      return response;
    }
  }

  private HttpExecuteResponse review(
      StoredState state, ApiCall call, SdkRequest request, HttpExecuteResponse response)
      throws IOException {
    int status = response.httpResponse().statusCode();
    return switch (call.operation().repeat()) {
      case STORED ->
          status == 412 && request instanceof PutObjectRequest put && call.body() != null
              ? stored(response, "PUT", put.key(), state.ofPut(put, call.body()))
              : response;
      case COPIED ->
          status == 412 && request instanceof CopyObjectRequest copy
              ? copied(response, copy, state.ofCopy(copy))
              : response;
      case COMPLETED ->
          (status == 404 || status == 400 || status == 412)
                  && request instanceof CompleteMultipartUploadRequest complete
              ? completed(response, complete, state.ofCompletion(complete, status == 404))
              : response;
      case DELETED ->
          (status == 412 || (status == 404 && isGone(call, request)))
                  && request instanceof DeleteObjectRequest delete
                  && state.isGone(delete)
              ? succeeded(response, 204)
              : response;
      case GONE -> status == 404 && isGone(call, request) ? succeeded(response, 204) : response;
      case BUCKET_MADE ->
          status == 409 && request instanceof CreateBucketRequest create && state.isOurs(create)
              ? succeeded(response, 200)
              : response;
      case BEGUN ->
          status == 200 && request instanceof CreateMultipartUploadRequest create
              ? begun(state, create, call, response)
              : response;
      case SAME, ECHO, UNKNOWN, TWICE -> response;
    };
  }

  /** Where the bucket itself is missing, something else than our first try took it away. */
  private static boolean isGone(ApiCall call, SdkRequest request) {
    return request instanceof DeleteBucketRequest || !call.lastCode().equals("NoSuchBucket");
  }

  private static HttpExecuteResponse stored(
      HttpExecuteResponse response, String what, String key, Optional<HeadObjectResponse> ours) {
    if (ours.isEmpty()) {
      return response;
    }
    log.info("A conditional {} of {} had succeeded, its reply was lost", what, key);
    return replaced(response, 200, ours, "");
  }

  private static HttpExecuteResponse copied(
      HttpExecuteResponse response, CopyObjectRequest copy, Optional<HeadObjectResponse> ours) {
    if (ours.isEmpty()) {
      return response;
    }
    log.info("A conditional copy to {} had succeeded, its reply was lost", copy.destinationKey());
    String document =
        "<CopyObjectResult><LastModified>"
            + ours.get().lastModified()
            + "</LastModified><ETag>"
            + escaped(ours.get().eTag())
            + "</ETag></CopyObjectResult>";
    return replaced(response, 200, ours, document);
  }

  private static HttpExecuteResponse completed(
      HttpExecuteResponse response,
      CompleteMultipartUploadRequest complete,
      Optional<HeadObjectResponse> ours) {
    if (ours.isEmpty()) {
      return response;
    }
    log.info("A multipart upload of {} had been completed, the reply was lost", complete.key());
    String document =
        "<CompleteMultipartUploadResult><Bucket>"
            + escaped(complete.bucket())
            + "</Bucket><Key>"
            + escaped(complete.key())
            + "</Key><ETag>"
            + escaped(ours.get().eTag())
            + "</ETag></CompleteMultipartUploadResult>";
    return replaced(response, 200, ours, document);
  }

  private HttpExecuteResponse begun(
      StoredState state,
      CreateMultipartUploadRequest create,
      ApiCall call,
      HttpExecuteResponse response)
      throws IOException {
    if (response.responseBody().isEmpty()) {
      return response;
    }
    byte[] document = response.responseBody().get().readAllBytes(); // from memory
    Matcher ours = UPLOAD_ID.matcher(new String(document, StandardCharsets.UTF_8));
    ApiCalls beside = calls;
    if (beside != null && ours.find()) {
      try {
        state.abortOrphans(create, ours.group(1), call, beside);
      } catch (RuntimeException e) {
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

  private static HttpExecuteResponse succeeded(HttpExecuteResponse instead, int status) {
    return replaced(instead, status, Optional.empty(), "");
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
