package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/**
 * A call of the S3 client. What it needs is prepared, and what it did is looked at, past the load
 * balancer and the faults.
 */
enum MatrixCall {
  PUT_BYTES("PutObject, bytes", Kind.UPLOAD) {
    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      cell.put(s3, key, RequestBody.fromBytes(cell.content()));
    }
  },
  PUT_FILE("PutObject, file", Kind.UPLOAD) {
    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      cell.put(s3, key, RequestBody.fromFile(cell.file(key)));
    }
  },
  PUT_MARK_RESET("PutObject, mark/reset stream", Kind.UPLOAD) {
    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      byte[] content = cell.content();
      cell.put(
          s3, key, RequestBody.fromInputStream(new ByteArrayInputStream(content), content.length));
    }
  },
  PUT_ONE_SHOT("PutObject, one-shot stream", Kind.UPLOAD) {
    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      byte[] content = cell.content();
      cell.put(s3, key, RequestBody.fromInputStream(new OneShotStream(content), content.length));
    }
  },
  CONDITIONAL_PUT("PutObject, If-None-Match: *", Kind.UPLOAD) {
    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      String tag =
          s3.putObject(
                  put -> put.bucket(cell.bucket()).key(key).ifNoneMatch("*"),
                  RequestBody.fromBytes(cell.content()))
              .eTag();
      assertThat(EntityTag.bare(tag)).isEqualTo(cell.tag());
    }

    @Override
    boolean isConfirmed() {
      return true;
    }
  },
  GET_BYTES("GetObject, toBytes", Kind.DOWNLOAD) {
    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      cell.assertContent(
          s3.getObjectAsBytes(get -> get.bucket(cell.bucket()).key(key)).asByteArrayUnsafe());
    }
  },
  GET_FILE("GetObject, toFile", Kind.DOWNLOAD) {
    @Override
    void call(MatrixCell cell, S3Client s3, String key) throws IOException {
      Path file = cell.newFile(key);
      s3.getObject(get -> get.bucket(cell.bucket()).key(key), ResponseTransformer.toFile(file));
      cell.assertContent(Files.readAllBytes(file));
    }
  },
  GET_STREAM("GetObject, InputStream", Kind.DOWNLOAD) {
    @Override
    void call(MatrixCell cell, S3Client s3, String key) throws IOException {
      try (InputStream body = s3.getObject(get -> get.bucket(cell.bucket()).key(key))) {
        cell.assertContent(body.readAllBytes());
      }
    }
  },
  GET_OUTPUT("GetObject, toOutputStream", Kind.DOWNLOAD) {
    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      s3.getObject(
          get -> get.bucket(cell.bucket()).key(key), ResponseTransformer.toOutputStream(out));
      cell.assertContent(out.toByteArray());
    }
  },
  HEAD("HeadObject", Kind.QUESTION) {
    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      assertThat(s3.headObject(head -> head.bucket(cell.bucket()).key(key)).contentLength())
          .isEqualTo(cell.content().length);
    }

    @Override
    boolean hasAnswerBody() {
      return false;
    }
  },
  LIST("ListObjectsV2", Kind.QUESTION) {
    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      assertThat(s3.listObjectsV2(list -> list.bucket(cell.bucket()).prefix(key)).contents())
          .extracting(object -> object.key())
          .containsExactly(key);
    }
  },
  DELETE("DeleteObject", Kind.CHANGE) {
    @Override
    void prepare(MatrixCell cell, S3Client direct, String key) {
      cell.put(direct, key, RequestBody.fromBytes(cell.content()));
    }

    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      s3.deleteObject(delete -> delete.bucket(cell.bucket()).key(key));
    }

    @Override
    boolean hasAnswerBody() {
      return false;
    }

    @Override
    void verify(MatrixCell cell, S3Client direct, String key) {
      assertThat(cell.keys(key)).isEmpty();
    }
  },
  COPY("CopyObject", Kind.CHANGE) {
    @Override
    void prepare(MatrixCell cell, S3Client direct, String key) {
      cell.put(direct, "of-" + key, RequestBody.fromBytes(cell.content()));
    }

    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      String tag =
          s3.copyObject(
                  copy ->
                      copy.sourceBucket(cell.bucket())
                          .sourceKey("of-" + key)
                          .destinationBucket(cell.bucket())
                          .destinationKey(key))
              .copyObjectResult()
              .eTag();
      assertThat(EntityTag.bare(tag)).isEqualTo(cell.tag());
    }
  },
  CREATE_UPLOAD("CreateMultipartUpload", Kind.CHANGE) {
    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      String id = s3.createMultipartUpload(c -> c.bucket(cell.bucket()).key(key)).uploadId();
      assertThat(id).as("upload id").isNotNull();
      cell.upload(key, id);
    }

    @Override
    boolean isConfirmed() {
      return true;
    }

    @Override
    void verify(MatrixCell cell, S3Client direct, String key) {
      assertThat(cell.uploads(key))
          .extracting(MultipartUpload::uploadId)
          .containsExactly(cell.upload(key));
    }
  },
  UPLOAD_PART("UploadPart", Kind.UPLOAD) {
    @Override
    void prepare(MatrixCell cell, S3Client direct, String key) {
      cell.beginUpload(key);
    }

    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      cell.uploadPart(s3, key);
    }

    @Override
    void verify(MatrixCell cell, S3Client direct, String key) {
      assertThat(cell.parts(key))
          .singleElement()
          .satisfies(
              part -> {
                assertThat(part.size()).isEqualTo(cell.content().length);
                assertThat(EntityTag.bare(part.eTag())).isEqualTo(cell.tag());
              });
    }
  },
  COMPLETE_UPLOAD("CompleteMultipartUpload", Kind.CHANGE) {
    @Override
    void prepare(MatrixCell cell, S3Client direct, String key) {
      cell.beginUpload(key);
      cell.uploadPart(direct, key);
    }

    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      assertThat(cell.complete(s3, key)).isNotNull();
    }

    @Override
    boolean isConfirmed() {
      return true;
    }

    @Override
    void verify(MatrixCell cell, S3Client direct, String key) {
      super.verify(cell, direct, key);
      assertThat(cell.uploads(key)).isEmpty();
    }
  },
  ABORT_UPLOAD("AbortMultipartUpload", Kind.CHANGE) {
    @Override
    void prepare(MatrixCell cell, S3Client direct, String key) {
      cell.beginUpload(key);
      cell.uploadPart(direct, key);
    }

    @Override
    void call(MatrixCell cell, S3Client s3, String key) {
      s3.abortMultipartUpload(
          abort -> abort.bucket(cell.bucket()).key(key).uploadId(cell.upload(key)));
    }

    @Override
    boolean hasAnswerBody() {
      return false;
    }

    @Override
    boolean isConfirmed() {
      return true;
    }

    @Override
    void verify(MatrixCell cell, S3Client direct, String key) {
      assertThat(cell.uploads(key)).isEmpty();
      assertThat(cell.keys(key)).isEmpty();
    }
  };

  /** What travels. */
  enum Kind {
    /** Content, to the node. */
    UPLOAD,
    /** Content, from the node. */
    DOWNLOAD,
    /** Nothing but heads and documents, and nothing is changed. */
    QUESTION,
    /** Nothing but heads and documents. */
    CHANGE
  }

  final String shown;
  private final Kind kind;

  MatrixCall(String shown, Kind kind) {
    this.shown = shown;
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }

  /** What there must be. */
  void prepare(MatrixCell cell, S3Client direct, String key) {
    if (kind == Kind.DOWNLOAD || kind == Kind.QUESTION) {
      cell.put(direct, key, RequestBody.fromBytes(cell.content()));
    }
  }

  /** The call; throws an {@link AssertionError} where what it returns is not right. */
  abstract void call(MatrixCell cell, S3Client s3, String key) throws Exception;

  /** What there must be once the call has succeeded: here, the object. */
  void verify(MatrixCell cell, S3Client direct, String key) {
    cell.assertContent(
        direct.getObjectAsBytes(get -> get.bucket(cell.bucket()).key(key)).asByteArrayUnsafe());
  }

  /** Whether there is an answer of more than a head. */
  boolean hasAnswerBody() {
    return kind != Kind.UPLOAD;
  }

  /** Whether a second attempt is told from the first one. */
  boolean isConfirmed() {
    return false;
  }

  /** A stream that can be read once. */
  private static final class OneShotStream extends InputStream {
    private final InputStream content;

    OneShotStream(byte[] content) {
      this.content = new ByteArrayInputStream(content);
    }

    @Override
    public int read() {
      try {
        return content.read();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      return content.read(buffer, offset, count);
    }
  }
}
