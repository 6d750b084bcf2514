package io.nodewise.lb.awssdk;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What is stored, asked for a call whose reply was lost: is it that call's own work? */
final class StoredState {
  /** What the SDK makes of the source's bucket, key and version before anybody sees it. */
  private static final Pattern SOURCE =
      Pattern.compile(
          "/?(?<bucket>(?!arn:)[^/?]+)/(?<key>[^?]+)(?:\\?versionId=(?<version>[^&]+))?");

  private final S3Client s3;
  private final Instant since;

  /** For a call that began at this time. */
  StoredState(S3Client s3, Instant since) {
    this.s3 = s3;
    this.since = since;
  }

  /** The object, if it is what the PUT stored. */
  Optional<HeadObjectResponse> ofPut(PutObjectRequest put, RequestBody body) throws IOException {
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
    boolean ours =
        isYoung(stored.lastModified())
            && EntityTag.ofContent(body).equals(EntityTag.bare(stored.eTag()));
    return ours ? Optional.of(stored) : Optional.empty();
  }

  /** The object, if it is what the copy made: of a source without parts, that has its tag. */
  Optional<HeadObjectResponse> ofCopy(CopyObjectRequest copy) {
    Matcher from = SOURCE.matcher(copy.getValueForField("CopySource", String.class).orElse(""));
    if (!from.matches()) {
      return Optional.empty(); // by an access point
    }
    HeadObjectResponse stored =
        s3.headObject(
            head ->
                head.bucket(copy.destinationBucket())
                    .key(copy.destinationKey())
                    .requestPayer(copy.requestPayer())
                    .sseCustomerAlgorithm(copy.sseCustomerAlgorithm())
                    .sseCustomerKey(copy.sseCustomerKey())
                    .sseCustomerKeyMD5(copy.sseCustomerKeyMD5()));
    if (!isYoung(stored.lastModified())) {
      return Optional.empty();
    }
    HeadObjectResponse source =
        s3.headObject(
            head ->
                head.bucket(decoded(from.group("bucket")))
                    .key(decoded(from.group("key")))
                    .versionId(from.group("version"))
                    .requestPayer(copy.requestPayer())
                    .sseCustomerAlgorithm(copy.copySourceSSECustomerAlgorithm())
                    .sseCustomerKey(copy.copySourceSSECustomerKey())
                    .sseCustomerKeyMD5(copy.copySourceSSECustomerKeyMD5()));
    String tag = EntityTag.bare(source.eTag());
    boolean ours = !tag.isEmpty() && tag.equals(EntityTag.bare(stored.eTag()));
    return ours ? Optional.of(stored) : Optional.empty();
  }

  /** The object, if it is what the upload's parts make. */
  Optional<HeadObjectResponse> ofCompletion(CompleteMultipartUploadRequest complete) {
    if (complete.multipartUpload() == null) {
      return Optional.empty();
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
    return ours.isPresent() && ours.get().equals(EntityTag.bare(stored.eTag()))
        ? Optional.of(stored)
        : Optional.empty();
  }

  /** Whether there is no such object. */
  boolean isGone(DeleteObjectRequest delete) {
    try {
      s3.headObject(
          head ->
              head.bucket(delete.bucket())
                  .key(delete.key())
                  .versionId(delete.versionId())
                  .requestPayer(delete.requestPayer()));
      return false;
    } catch (S3Exception e) {
      if (e.statusCode() == 404) {
        return true;
      }
      throw e;
    }
  }

  /** Whether the bucket is among the caller's own, and was made since the call began. */
  boolean isOurs(CreateBucketRequest create) {
    return s3.listBuckets(list -> list.prefix(create.bucket())).buckets().stream()
        .filter(bucket -> create.bucket().equals(bucket.name()))
        .anyMatch(bucket -> isYoung(bucket.creationDate()));
  }

  /** See {@link Orphans}. */
  void abortOrphans(CreateMultipartUploadRequest create, String ours, int lost) {
    Orphans.abort(s3, create, ours, since, lost);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private boolean isYoung(@Nullable Instant modified) {
    return modified != null && modified.isAfter(since.minus(Orphans.SKEW));
  }
}
