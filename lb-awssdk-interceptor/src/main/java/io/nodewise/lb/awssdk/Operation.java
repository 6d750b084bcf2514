package io.nodewise.lb.awssdk;

import io.nodewise.lb.node.RequestHint;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * What matters of an S3 operation: whether it only reads, and what is to be done when a request was
 * sent, no answer came, and it would be sent again. The SDK itself repeats every operation blindly.
 */
enum Operation {
  /** Changes nothing. */
  READ(true),
  /**
   * Repeating it gives the same state and, but for copies and deletions on a condition, the same
   * answer.
   */
  IDEMPOTENT(false),
  /**
   * A PUT on a condition that its own first try may have made false: a 412 on the repeat is held
   * against what is stored now.
   */
  CONDITIONAL_PUT(false),
  /**
   * A repeat may find the upload completed by the first try: 404 is held against what is stored.
   */
  COMPLETE_UPLOAD(false),
  /** A repeat may find the upload gone by the first try: 404 is what was asked for. */
  ABORT_UPLOAD(false),
  /** A repeat may leave an upload behind that nobody knows. */
  CREATE_UPLOAD(false),
  /** A repeat may append twice: never repeated once bytes were sent. */
  APPEND(false);

  private final RequestHint hint;

  Operation(boolean read) {
    this.hint = read ? RequestHint.read() : RequestHint.write();
  }

  RequestHint hint() {
    return hint;
  }

  boolean isRead() {
    return hint.isRead();
  }

  /** Whether it may be sent again although the first try may have been carried out. */
  boolean isRepeatable() {
    return this != APPEND;
  }

  static Operation of(String name, SdkRequest request) {
    if (request instanceof PutObjectRequest put) {
      if (put.writeOffsetBytes() != null) {
        return APPEND;
      }
      return put.ifNoneMatch() != null || put.ifMatch() != null ? CONDITIONAL_PUT : IDEMPOTENT;
    }
    if (request instanceof CompleteMultipartUploadRequest) {
      return COMPLETE_UPLOAD;
    }
    if (request instanceof AbortMultipartUploadRequest) {
      return ABORT_UPLOAD;
    }
    if (request instanceof CreateMultipartUploadRequest) {
      return CREATE_UPLOAD;
    }
    boolean reads =
        name.startsWith("Get")
            || name.startsWith("Head")
            || name.startsWith("List")
            || name.startsWith("Select");
    return reads ? READ : IDEMPOTENT;
  }
}
