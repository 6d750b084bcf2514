package io.nodewise.examples.demo.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** One object uploaded in parts, each call of it paced and recorded. */
final class MultipartUpload {
  private final Recorder recorder;
  private final Pacer pacer;
  private final String bucket;
  private final StoredObject object;
  private final int partSize;

  MultipartUpload(
      Recorder recorder, Pacer pacer, String bucket, StoredObject object, int partSize) {
    this.recorder = recorder;
    this.pacer = pacer;
    this.bucket = bucket;
    this.object = object;
    this.partSize = partSize;
  }

  /** Returns nothing when one of its calls failed. */
  Optional<CompleteMultipartUploadResponse> run() throws InterruptedException {
    pacer.awaitTurn();
    Optional<String> uploadId =
        recorder
            .call(
                Op.CREATE_MULTIPART,
                0,
                (s3, trace) ->
                    s3.createMultipartUpload(
                        b -> b.bucket(bucket).key(object.key()).overrideConfiguration(trace)))
            .map(CreateMultipartUploadResponse::uploadId);
    if (uploadId.isEmpty()) {
      return Optional.empty();
    }
    byte[] content = object.content();
    List<CompletedPart> parts = new ArrayList<>();
    for (int from = 0; from < content.length; from += partSize) {
      byte[] part = Arrays.copyOfRange(content, from, Math.min(from + partSize, content.length));
      int number = parts.size() + 1;
      Optional<CompletedPart> uploaded = uploadPart(uploadId.get(), number, part);
      if (uploaded.isEmpty()) {
        return Optional.empty();
      }
      parts.add(uploaded.get());
    }
    pacer.awaitTurn();
    return recorder.call(
        Op.COMPLETE_MULTIPART,
        0,
        (s3, trace) ->
            s3.completeMultipartUpload(
                b ->
                    b.bucket(bucket)
                        .key(object.key())
                        .uploadId(uploadId.get())
                        .multipartUpload(m -> m.parts(parts))
                        .overrideConfiguration(trace)));
  }

  private Optional<CompletedPart> uploadPart(String uploadId, int number, byte[] part)
      throws InterruptedException {
    pacer.awaitTurn();
    return recorder
        .call(
            Op.UPLOAD_PART,
            part.length,
            (s3, trace) ->
                s3.uploadPart(
                    b ->
                        b.bucket(bucket)
                            .key(object.key())
                            .uploadId(uploadId)
                            .partNumber(number)
                            .overrideConfiguration(trace),
                    RequestBody.fromBytes(part)))
        .map(UploadPartResponse::eTag)
        .map(etag -> CompletedPart.builder().partNumber(number).eTag(etag).build());
  }
}
