package io.nodewise.lb.awssdk;

import static io.nodewise.lb.awssdk.Operation.Subject.BUCKET;
import static io.nodewise.lb.awssdk.Operation.Subject.COPY;
import static io.nodewise.lb.awssdk.Operation.Subject.NONE;
import static io.nodewise.lb.awssdk.Operation.Subject.OBJECT;

import io.nodewise.lb.awssdk.Operation.Subject;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/*
 * A line is a group of operations that are alike in everything. docs/s3-operations.md shows the table,
 * and a test holds page, table and SDK against each other.
 *
 * An operation that is newer than the table is repeated as the SDK does it by itself, and what comes
 * is passed on: nobody is to be worse off for having a balancer. Its name tells a read from a write,
 * as that of every operation does. It is not hedged nor resumed, and its answer not read ahead.
 */
/** The operations of S3. Immutable. */
final class Operations {
  private static final boolean READS = true;
  private static final boolean WRITES = false;

  /** As headers. */
  private static final String[] CONDITIONS = {"If-Match", "If-None-Match"};

  /** As fields of one of the objects that DeleteObjects names. */
  private static final Set<String> OBJECT_CONDITIONS = Set.of("ETag", "LastModifiedTime", "Size");

  private static final String[] SOURCE_CONDITIONS = {
    "x-amz-copy-source-if-match",
    "x-amz-copy-source-if-none-match",
    "x-amz-copy-source-if-modified-since",
    "x-amz-copy-source-if-unmodified-since"
  };

  /** One that nobody announced, by its method; whoever sent it reads its answer in his own way. */
  static final Operation UNKNOWN_READ =
      Operation.of("read", READS, OBJECT, Reply.CONTENT, Repeat.SAME);

  /** The same of one that may change something. */
  static final Operation UNKNOWN_WRITE =
      Operation.of("write", WRITES, OBJECT, Reply.CONTENT, Repeat.UNKNOWN);

  /** Operations that are alike. */
  record Line(List<Operation> operations) {
    /** What holds for all of them. */
    Operation any() {
      return operations.get(0);
    }

    private Line and(UnaryOperator<Operation> change) {
      return new Line(operations.stream().map(change).toList());
    }
  }

  private static final List<Line> LINES =
      List.of(
          // Objects.
          line(READS, OBJECT, Reply.CONTENT, Repeat.SAME, "GetObject")
              .and(Operation::hedged)
              .and(Operation::resumed),
          line(READS, OBJECT, Reply.HEAD, Repeat.SAME, "HeadObject").and(Operation::hedged),
          line(
              READS,
              OBJECT,
              Reply.CONTENT,
              Repeat.SAME,
              "GetObjectAnnotation",
              "GetObjectTorrent",
              "SelectObjectContent"),
          line(WRITES, OBJECT, Reply.SMALL, Repeat.SAME, "PutObject")
              .and(
                  put ->
                      put.where(
                              "`writeOffsetBytes`",
                              PutObjectRequest.class,
                              request ->
                                  has(request, "WriteOffsetBytes")
                                      || hasHeader(request, "x-amz-write-offset-bytes"),
                              Repeat.TWICE)
                          .where(
                              "`ifMatch`, `ifNoneMatch`",
                              PutObjectRequest.class,
                              Operations::hasCondition,
                              Repeat.STORED)),
          line(WRITES, COPY, Reply.RESULT, Repeat.SAME, "CopyObject")
              .and(
                  copy ->
                      copy.where(
                              "any condition, onto itself",
                              CopyObjectRequest.class,
                              Operations::isOntoItselfOnCondition,
                              Repeat.ECHO)
                          .where(
                              "`ifMatch`, `ifNoneMatch`",
                              CopyObjectRequest.class,
                              Operations::hasCondition,
                              Repeat.COPIED)),
          line(WRITES, OBJECT, Reply.SMALL, Repeat.SAME, "DeleteObject")
              .and(
                  delete ->
                      delete
                          .where(
                              "`ifMatch…`",
                              DeleteObjectRequest.class,
                              Operations::hasCondition,
                              Repeat.DELETED)
                          .where(
                              "`versionId`",
                              DeleteObjectRequest.class,
                              request -> request.versionId() != null,
                              Repeat.GONE)),
          line(WRITES, BUCKET, Reply.SMALL, Repeat.SAME, "DeleteObjects")
              .and(
                  delete ->
                      delete.where(
                          "an object with a condition",
                          DeleteObjectsRequest.class,
                          Operations::hasConditions,
                          Repeat.ECHO)),
          // Its client token, which the SDK makes where the user does not, is that of all attempts.
          line(WRITES, OBJECT, Reply.SMALL, Repeat.ECHO, "RenameObject", "RestoreObject"),
          line(
              READS,
              OBJECT,
              Reply.SMALL,
              Repeat.SAME,
              "GetObjectAcl",
              "GetObjectAttributes",
              "GetObjectLegalHold",
              "GetObjectRetention",
              "GetObjectTagging",
              "ListObjectAnnotations"),
          line(
              WRITES,
              OBJECT,
              Reply.SMALL,
              Repeat.SAME,
              "PutObjectAcl",
              "PutObjectLegalHold",
              "PutObjectRetention",
              "PutObjectTagging",
              "DeleteObjectTagging",
              "UpdateObjectEncryption"),
          line(WRITES, OBJECT, Reply.SMALL, Repeat.SAME, "PutObjectAnnotation")
              .and(
                  put ->
                      put.where(
                          "`objectIfMatch`",
                          AwsRequest.class,
                          request ->
                              has(request, "ObjectIfMatch")
                                  || hasHeader(request, "x-amz-object-if-match"),
                          Repeat.ECHO)),
          line(WRITES, OBJECT, Reply.SMALL, Repeat.GONE, "DeleteObjectAnnotation")
              .and(
                  delete ->
                      delete.where(
                          "`objectIfMatch`",
                          AwsRequest.class,
                          request ->
                              has(request, "ObjectIfMatch")
                                  || hasHeader(request, "x-amz-object-if-match"),
                          Repeat.ECHO)),
          // Multipart uploads.
          line(WRITES, OBJECT, Reply.UPLOAD, Repeat.BEGUN, "CreateMultipartUpload"),
          line(WRITES, OBJECT, Reply.TAG, Repeat.SAME, "UploadPart"),
          line(WRITES, COPY, Reply.RESULT, Repeat.SAME, "UploadPartCopy"),
          line(WRITES, OBJECT, Reply.RESULT, Repeat.COMPLETED, "CompleteMultipartUpload"),
          line(WRITES, OBJECT, Reply.SMALL, Repeat.GONE, "AbortMultipartUpload"),
          line(READS, OBJECT, Reply.RESULT, Repeat.SAME, "ListParts"),
          line(READS, BUCKET, Reply.RESULT, Repeat.SAME, "ListMultipartUploads"),
          // Buckets.
          line(WRITES, BUCKET, Reply.SMALL, Repeat.BUCKET_MADE, "CreateBucket"),
          line(WRITES, BUCKET, Reply.SMALL, Repeat.GONE, "DeleteBucket"),
          line(READS, BUCKET, Reply.SMALL, Repeat.SAME, "HeadBucket"),
          line(READS, NONE, Reply.RESULT, Repeat.SAME, "ListBuckets", "ListDirectoryBuckets"),
          line(
              READS,
              BUCKET,
              Reply.RESULT,
              Repeat.SAME,
              "ListObjects",
              "ListObjectsV2",
              "ListObjectVersions"),
          line(READS, BUCKET, Reply.SMALL, Repeat.SAME, BucketSettings.read()),
          line(WRITES, BUCKET, Reply.SMALL, Repeat.SAME, BucketSettings.written()),
          line(WRITES, BUCKET, Reply.SMALL, Repeat.GONE, BucketSettings.deleted()),
          line(WRITES, BUCKET, Reply.SMALL, Repeat.ECHO, BucketSettings.created()),
          // Others.
          line(READS, BUCKET, Reply.SMALL, Repeat.SAME, "CreateSession"),
          line(WRITES, NONE, Reply.SMALL, Repeat.ECHO, "WriteGetObjectResponse"));

  private static final Map<String, Operation> BY_NAME = byName();

  private Operations() {}

  private static Line line(
      boolean reads, Subject subject, Reply reply, Repeat repeat, String... names) {
    return new Line(
        Arrays.stream(names)
            .map(name -> Operation.of(name, reads, subject, reply, repeat))
            .toList());
  }

  /**
   * Whether one of the fields is set, by its name: an SDK older than the field does not have it,
   * and has no method for it.
   */
  private static boolean has(SdkRequest request, String... fields) {
    for (String field : fields) {
      if (request.getValueForField(field, Object.class).isPresent()) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasCondition(DeleteObjectRequest request) {
    return has(request, "IfMatch", "IfMatchLastModifiedTime", "IfMatchSize")
        || hasHeader(
            request, "If-Match", "x-amz-if-match-last-modified-time", "x-amz-if-match-size");
  }

  private static boolean hasCondition(AwsRequest request) {
    return has(request, "IfMatch", "IfNoneMatch") || hasHeader(request, CONDITIONS);
  }

  /**
   * The first try changes the time, and with other settings the tag, that the condition is about.
   */
  private static boolean isOntoItselfOnCondition(CopyObjectRequest request) {
    boolean isOnCondition =
        hasCondition(request)
            || request.copySourceIfMatch() != null
            || request.copySourceIfNoneMatch() != null
            || request.copySourceIfModifiedSince() != null
            || request.copySourceIfUnmodifiedSince() != null
            || hasHeader(request, SOURCE_CONDITIONS);
    return isOnCondition
        && CopySource.of(request).map(source -> source.isReplacedBy(request)).orElse(false);
  }

  /** Whether the caller put such a header himself, past the request's own fields. */
  private static boolean hasHeader(AwsRequest request, String... names) {
    AwsRequestOverrideConfiguration own = request.overrideConfiguration().orElse(null);
    if (own == null || own.headers().isEmpty()) {
      return false;
    }
    return own.headers().keySet().stream()
        .anyMatch(header -> Stream.of(names).anyMatch(header::equalsIgnoreCase));
  }

  private static boolean hasConditions(DeleteObjectsRequest request) {
    return request.delete() != null
        && request.delete().objects().stream()
            .flatMap(
                object ->
                    object.sdkFields().stream()
                        .filter(field -> field.getValueOrDefault(object) != null))
            .anyMatch(field -> OBJECT_CONDITIONS.contains(field.memberName()));
  }

  private static Map<String, Operation> byName() {
    Map<String, Operation> operations = new HashMap<>();
    for (Line line : LINES) {
      for (Operation operation : line.operations()) {
        if (operations.put(operation.name(), operation) != null) {
          throw new AssertionError(operation.name() + " stands there twice");
        }
      }
    }
    return Map.copyOf(operations);
  }

  /** The table. */
  static List<Line> lines() {
    return LINES;
  }

  /** The operation of this name, as it is for this request. */
  static Operation of(String name, SdkRequest request) {
    Operation known = BY_NAME.get(name);
    return known == null ? unknown(name) : known.with(request);
  }

  private static Operation unknown(String name) {
    boolean reads = name.startsWith("Get") || name.startsWith("Head") || name.startsWith("List");
    return reads ? UNKNOWN_READ : UNKNOWN_WRITE;
  }
}
