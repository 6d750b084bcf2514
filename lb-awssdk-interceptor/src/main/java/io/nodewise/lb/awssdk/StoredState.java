package io.nodewise.lb.awssdk;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListBucketsResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Response;

/** What is stored, asked for a call whose reply was lost: is it that call's own work? */
final class StoredState {
  /** Servers' clocks may differ by this much from each other. */
  private static final Duration SKEW = Duration.ofSeconds(5);

  private final Questions s3;
  private final Beginning began;
  private final AwsRequestOverrideConfiguration asking;

  /** For a call that sends this request, and began then. */
  StoredState(Questions s3, AwsRequest request, Beginning began) {
    this.s3 = s3;
    this.began = began;
    this.asking = Asking.as(request);
  }

  /** The object, if it is what the PUT stored. */
  Optional<HeadObjectResponse> ofPut(PutObjectRequest put, Content body) throws IOException {
    HeadObjectResponse stored =
        s3.headObject(
            head ->
                head.bucket(put.bucket())
                    .key(put.key())
                    .overrideConfiguration(asking)
                    .expectedBucketOwner(put.expectedBucketOwner())
                    .requestPayer(put.requestPayer())
                    .sseCustomerAlgorithm(put.sseCustomerAlgorithm())
                    .sseCustomerKey(put.sseCustomerKey())
                    .sseCustomerKeyMD5(put.sseCustomerKeyMD5()));
    // Of equal content somebody else may have stored it, but not before this call began.
    boolean ours =
        isYoung(stored.lastModified(), stored)
            && body.entityTag().equals(EntityTag.bare(stored.eTag()));
    return ours ? Optional.of(stored) : Optional.empty();
  }

  /** The object, if it is what the copy made: of a source without parts, that has its tag. */
  Optional<HeadObjectResponse> ofCopy(CopyObjectRequest copy) {
    CopySource from = CopySource.of(copy).orElse(null);
    if (from == null) {
      return Optional.empty();
    }
    HeadObjectResponse stored =
        s3.headObject(
            head ->
                head.bucket(copy.destinationBucket())
                    .key(copy.destinationKey())
                    .overrideConfiguration(asking)
                    .expectedBucketOwner(copy.expectedBucketOwner())
                    .requestPayer(copy.requestPayer())
                    .sseCustomerAlgorithm(copy.sseCustomerAlgorithm())
                    .sseCustomerKey(copy.sseCustomerKey())
                    .sseCustomerKeyMD5(copy.sseCustomerKeyMD5()));
    if (!isYoung(stored.lastModified(), stored)) {
      return Optional.empty();
    }
    HeadObjectResponse source =
        s3.headObject(
            head ->
                head.bucket(from.bucket())
                    .key(from.key())
                    .versionId(from.version())
                    .overrideConfiguration(asking)
                    .expectedBucketOwner(copy.expectedSourceBucketOwner())
                    .requestPayer(copy.requestPayer())
                    .sseCustomerAlgorithm(copy.copySourceSSECustomerAlgorithm())
                    .sseCustomerKey(copy.copySourceSSECustomerKey())
                    .sseCustomerKeyMD5(copy.copySourceSSECustomerKeyMD5()));
    String tag = EntityTag.bare(source.eTag());
    boolean ours = !tag.isEmpty() && tag.equals(EntityTag.bare(stored.eTag()));
    return ours ? Optional.of(stored) : Optional.empty();
  }

  /*
   * Its age says nothing: the time of an object in parts may be that at which its upload began. But a
   * completed upload is there no more.
   */
  /**
   * The object, if it is what the upload's parts make.
   *
   * @param isGone whether the upload is known to be gone
   */
  Optional<HeadObjectResponse> ofCompletion(
      CompleteMultipartUploadRequest complete, boolean isGone) {
    if (complete.multipartUpload() == null || (!isGone && isUnderWay(complete))) {
      return Optional.empty();
    }
    HeadObjectResponse stored =
        s3.headObject(
            head ->
                head.bucket(complete.bucket())
                    .key(complete.key())
                    .overrideConfiguration(asking)
                    .expectedBucketOwner(complete.expectedBucketOwner())
                    .requestPayer(complete.requestPayer())
                    .sseCustomerAlgorithm(complete.sseCustomerAlgorithm())
                    .sseCustomerKey(complete.sseCustomerKey())
                    .sseCustomerKeyMD5(complete.sseCustomerKeyMD5()));
    Optional<String> ours = EntityTag.ofParts(complete.multipartUpload().parts());
    return ours.isPresent() && ours.get().equals(EntityTag.bare(stored.eTag()))
        ? Optional.of(stored)
        : Optional.empty();
  }

  private boolean isUnderWay(CompleteMultipartUploadRequest complete) {
    try {
      s3.listParts(
          list ->
              list.bucket(complete.bucket())
                  .key(complete.key())
                  .uploadId(complete.uploadId())
                  .maxParts(1)
                  .overrideConfiguration(asking)
                  .expectedBucketOwner(complete.expectedBucketOwner())
                  .requestPayer(complete.requestPayer())
                  .sseCustomerAlgorithm(complete.sseCustomerAlgorithm())
                  .sseCustomerKey(complete.sseCustomerKey())
                  .sseCustomerKeyMD5(complete.sseCustomerKeyMD5()));
      return true;
    } catch (S3Exception e) {
      if (e.statusCode() == 404) {
        return false;
      }
      throw e;
    }
  }

  /** Whether there is no such object. */
  boolean isGone(DeleteObjectRequest delete) {
    try {
      s3.headObject(
          head ->
              head.bucket(delete.bucket())
                  .key(delete.key())
                  .versionId(delete.versionId())
                  .overrideConfiguration(asking)
                  .expectedBucketOwner(delete.expectedBucketOwner())
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
    // As a plain parameter: older SDKs have no field for it.
    AwsRequestOverrideConfiguration named =
        asking.toBuilder().putRawQueryParameter("prefix", create.bucket()).build();
    ListBucketsResponse own = s3.listBuckets(list -> list.overrideConfiguration(named));
    return own.buckets().stream()
        .filter(bucket -> create.bucket().equals(bucket.name()))
        .anyMatch(bucket -> isYoung(bucket.creationDate(), own));
  }

  /** See {@link Orphans}. */
  void abortOrphans(
      CreateMultipartUploadRequest create, String ours, ApiCall call, ApiCalls calls) {
    new Orphans(s3, create, call, calls).abort(ours);
  }

  private boolean isYoung(@Nullable Instant modified, S3Response answer) {
    return modified != null && modified.isAfter(began.by(answer.sdkHttpResponse()).minus(SKEW));
  }
}
