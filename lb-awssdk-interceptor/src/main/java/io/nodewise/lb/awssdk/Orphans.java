package io.nodewise.lb.awssdk;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/*
 * A CreateMultipartUpload whose reply was lost may have left an upload that nobody has the id of. It
 * is aborted only where it can hardly be another's: an upload of the same key, begun since this call
 * began and by nobody else than whoever began the one we have, without a part, and if there are no more
 * such ones beside ours than replies were lost. Somebody else with the same credentials who begins an upload of the same key in the
 * same second as the node dies would lose it; he races us for the key in any case.
 */
/** Cleans up after a repeated CreateMultipartUpload, as far as that is safe. */
final class Orphans {
  private static final Logger log = LoggerFactory.getLogger(Orphans.class);

  /** Servers' clocks and ours may differ by this much. */
  static final Duration SKEW = Duration.ofSeconds(5);

  private Orphans() {}

  /**
   * Aborts the uploads that the lost replies announced, if there are any for sure beside {@code
   * ours}.
   *
   * @param lost how many replies were lost: that many uploads there may be
   */
  static void abort(
      S3Client s3, CreateMultipartUploadRequest create, String ours, Instant since, int lost) {
    List<MultipartUpload> young =
        s3
            .listMultipartUploads(list -> list.bucket(create.bucket()).prefix(create.key()))
            .uploads()
            .stream()
            .filter(upload -> create.key().equals(upload.key()))
            .filter(upload -> upload.initiated() != null)
            .filter(upload -> upload.initiated().isAfter(since.minus(SKEW)))
            .toList();
    Optional<MultipartUpload> known =
        young.stream().filter(upload -> upload.uploadId().equals(ours)).findFirst();
    if (known.isEmpty() || young.size() - 1 > lost) {
      return;
    }
    List<MultipartUpload> orphans =
        young.stream().filter(upload -> !upload.uploadId().equals(ours)).toList();
    for (MultipartUpload orphan : orphans) {
      if (!Objects.equals(known.get().initiator(), orphan.initiator())
          || hasParts(s3, create, orphan.uploadId())) {
        return;
      }
    }
    for (MultipartUpload orphan : orphans) {
      s3.abortMultipartUpload(
          abort -> abort.bucket(create.bucket()).key(create.key()).uploadId(orphan.uploadId()));
      log.info("Aborted the upload of {} whose id was lost with a reply", create.key());
    }
  }

  private static boolean hasParts(S3Client s3, CreateMultipartUploadRequest create, String id) {
    return !s3.listParts(list -> list.bucket(create.bucket()).key(create.key()).uploadId(id))
        .parts()
        .isEmpty();
  }
}
