package io.nodewise.lb.awssdk;

import io.nodewise.lb.retry.UnsafeRepeats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpResponse;
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

  private volatile @Nullable Supplier<Questions> asking; // by the builder, once the client exists
  private volatile @Nullable ApiCalls calls; // the same

  /** Asks in this way, through the client of which these are the calls. */
  void askThrough(Supplier<Questions> questions, ApiCalls all) {
    calls = all;
    asking = questions;
  }

  /** Who may be asked for one review; null where there is no client yet. */
  @Nullable Questions questions() {
    Supplier<Questions> known = asking;
    return known == null ? null : known.get();
  }

  /** Whether an answer to the call may be the echo of one that was lost. */
  boolean isDue(ApiCall call) {
    return call.isReplyLost()
        && !call.operation().repeat().isSafe()
        && asking != null
        && call.request() instanceof AwsRequest
        && call.unsafeRepeats() != UnsafeRepeats.ALLOW;
  }

  /**
   * What is passed on in place of an answer: the one that was lost, or null for the one that came.
   * Waits for answers.
   *
   * @param document reads the body of the answer
   */
  @Nullable Reviewed review(
      ApiCall call,
      SdkHttpResponse answer,
      Supplier<byte[]> document,
      @Nullable Questions questions) {
    if (questions == null || !isDue(call) || !(call.request() instanceof AwsRequest request)) {
      return null;
    }
    try {
      StoredState state = new StoredState(questions, request, call.began());
      return review(state, call, request, answer.statusCode(), document);
    } catch (RuntimeException | IOException e) { // of the caller's own body and credentials, too
      log.debug("Could not confirm a {} whose reply was lost: {}", call.operation(), e.toString());
      return null;
    }
  }

  private @Nullable Reviewed review(
      StoredState state, ApiCall call, SdkRequest request, int status, Supplier<byte[]> document)
      throws IOException {
    Content body = call.body();
    return switch (call.operation().repeat()) {
      case STORED ->
          status == 412 && request instanceof PutObjectRequest put && body != null
              ? stored("PUT", put.key(), state.ofPut(put, body))
              : null;
      case COPIED ->
          status == 412 && request instanceof CopyObjectRequest copy
              ? copied(copy, state.ofCopy(copy))
              : null;
      case COMPLETED ->
          (status == 404 || status == 400 || status == 412)
                  && request instanceof CompleteMultipartUploadRequest complete
              ? completed(complete, state.ofCompletion(complete, status == 404))
              : null;
      case DELETED ->
          (status == 412 || (status == 404 && isGone(call, request)))
                  && request instanceof DeleteObjectRequest delete
                  && state.isGone(delete)
              ? succeeded(204)
              : null;
      case GONE -> status == 404 && isGone(call, request) ? succeeded(204) : null;
      case BUCKET_MADE ->
          status == 409 && request instanceof CreateBucketRequest create && state.isOurs(create)
              ? succeeded(200)
              : null;
      case BEGUN -> {
        if (status == 200 && request instanceof CreateMultipartUploadRequest create) {
          begun(state, create, call, document.get());
        }
        yield null;
      }
      case SAME, ECHO, UNKNOWN, TWICE -> null;
    };
  }

  /** Where the bucket itself is missing, something else than our first try took it away. */
  private static boolean isGone(ApiCall call, SdkRequest request) {
    return request instanceof DeleteBucketRequest || !call.lastCode().equals("NoSuchBucket");
  }

  private static @Nullable Reviewed stored(
      String what, String key, Optional<HeadObjectResponse> ours) {
    if (ours.isEmpty()) {
      return null;
    }
    log.info("A conditional {} of {} had succeeded, its reply was lost", what, key);
    return replaced(200, ours, "");
  }

  private static @Nullable Reviewed copied(
      CopyObjectRequest copy, Optional<HeadObjectResponse> ours) {
    if (ours.isEmpty()) {
      return null;
    }
    log.info("A conditional copy to {} had succeeded, its reply was lost", copy.destinationKey());
    String document =
        "<CopyObjectResult><LastModified>"
            + ours.get().lastModified()
            + "</LastModified><ETag>"
            + escaped(ours.get().eTag())
            + "</ETag></CopyObjectResult>";
    return replaced(200, ours, document);
  }

  private static @Nullable Reviewed completed(
      CompleteMultipartUploadRequest complete, Optional<HeadObjectResponse> ours) {
    if (ours.isEmpty()) {
      return null;
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
    return replaced(200, ours, document);
  }

  private void begun(
      StoredState state, CreateMultipartUploadRequest create, ApiCall call, byte[] document) {
    Matcher ours = UPLOAD_ID.matcher(new String(document, StandardCharsets.UTF_8));
    ApiCalls beside = calls;
    if (beside != null && ours.find()) {
      try {
        state.abortOrphans(create, ours.group(1), call, beside);
      } catch (RuntimeException e) {
        log.debug("Could not look for an orphaned upload of {}: {}", create.key(), e.toString());
      }
    }
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static Reviewed succeeded(int status) {
    return replaced(status, Optional.empty(), "");
  }

  private static Reviewed replaced(int status, Optional<HeadObjectResponse> stored, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    SdkHttpResponse.Builder head =
        SdkHttpFullResponse.builder()
            .statusCode(status)
            .putHeader("Content-Length", Integer.toString(bytes.length));
    stored.ifPresent(
        object -> {
          head.putHeader("ETag", object.eTag());
          if (object.versionId() != null) {
            head.putHeader("x-amz-version-id", object.versionId());
          }
        });
    return new Reviewed(head.build(), bytes);
  }
}
