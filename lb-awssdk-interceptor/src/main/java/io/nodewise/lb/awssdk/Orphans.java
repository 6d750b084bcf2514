package io.nodewise.lb.awssdk;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/*
 * A CreateMultipartUpload whose reply was lost may have left an upload that nobody has the id of. It
 * is aborted only where it can hardly be another's: an upload of the same key, begun since this call
 * began and by whoever began the one we have, without a part, not one of this client's other callers,
 * and if there are no more such ones beside ours than replies were lost. Another process with the same
 * credentials that begins an upload of the same key while this call goes on would lose it, if our first
 * try left none; it races us for the key in any case.
 */
/** Cleans up after a repeated CreateMultipartUpload, as far as that is safe. */
final class Orphans {
  private static final Logger log = LoggerFactory.getLogger(Orphans.class);

  /**
   * For an answer. The caller's own, which is a success, waits here; what is not cleaned up is left
   * to the bucket's lifecycle.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Questions s3;
  private final CreateMultipartUploadRequest create;
  private final ApiCall call;
  private final ApiCalls calls;
  private final AwsRequestOverrideConfiguration asking;

  /**
   * Of a call that sends this request.
   *
   * @param calls it, and those beside it
   */
  Orphans(Questions s3, CreateMultipartUploadRequest create, ApiCall call, ApiCalls calls) {
    this.s3 = s3;
    this.create = create;
    this.call = call;
    this.calls = calls;
    this.asking = Asking.as(create, PATIENCE);
  }

  /**
   * Aborts the uploads that the lost replies announced, if there are any for sure beside {@code
   * ours}: as many as that there may be.
   */
  void abort(String ours) {
    List<MultipartUpload> young = young();
    // After the list: whose upload is in it is either still under way or known to have been told.
    if (calls.isAnotherBeginning(call)) {
      return;
    }
    MultipartUpload known =
        young.stream().filter(upload -> ours.equals(upload.uploadId())).findFirst().orElse(null);
    if (known == null || known.initiator() == null || young.size() - 1 > call.lostReplies()) {
      return;
    }
    List<MultipartUpload> orphans =
        young.stream()
            .filter(upload -> !ours.equals(upload.uploadId()))
            .filter(upload -> !calls.uploads().isHandedOut(upload.uploadId()))
            .toList();
    for (MultipartUpload orphan : orphans) {
      if (!known.initiator().equals(orphan.initiator()) || hasParts(orphan.uploadId())) {
        return;
      }
    }
    for (MultipartUpload orphan : orphans) {
      s3.abortMultipartUpload(
          abort ->
              abort
                  .bucket(create.bucket())
                  .key(create.key())
                  .uploadId(orphan.uploadId())
                  .overrideConfiguration(asking)
                  .expectedBucketOwner(create.expectedBucketOwner())
                  .requestPayer(create.requestPayer()));
      log.info("Aborted the upload of {} whose id was lost with a reply", create.key());
    }
  }

  /** Those of the key that were begun since the call began. */
  private List<MultipartUpload> young() {
    ListMultipartUploadsResponse all =
        s3.listMultipartUploads(
            list ->
                list.bucket(create.bucket())
                    .prefix(create.key())
                    .overrideConfiguration(asking)
                    .expectedBucketOwner(create.expectedBucketOwner())
                    .requestPayer(create.requestPayer()));
    Instant since = call.began().by(all.sdkHttpResponse());
    return all.uploads().stream()
        .filter(upload -> create.key().equals(upload.key()))
        .filter(upload -> upload.initiated() != null && !upload.initiated().isBefore(since))
        .toList();
  }

  private boolean hasParts(String id) {
    return !s3.listParts(
            list ->
                list.bucket(create.bucket())
                    .key(create.key())
                    .uploadId(id)
                    .overrideConfiguration(asking)
                    .expectedBucketOwner(create.expectedBucketOwner())
                    .requestPayer(create.requestPayer()))
        .parts()
        .isEmpty();
  }
}
