package io.nodewise.lb.awssdk;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListBucketsRequest;
import software.amazon.awssdk.services.s3.model.ListBucketsResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListPartsRequest;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;

/** What may be asked about what is stored, through either kind of client. Each waits. */
interface Questions {
  HeadObjectResponse headObject(Consumer<HeadObjectRequest.Builder> head);

  ListPartsResponse listParts(Consumer<ListPartsRequest.Builder> list);

  ListBucketsResponse listBuckets(Consumer<ListBucketsRequest.Builder> list);

  ListMultipartUploadsResponse listMultipartUploads(
      Consumer<ListMultipartUploadsRequest.Builder> list);

  void abortMultipartUpload(Consumer<AbortMultipartUploadRequest.Builder> abort);

  /** No answer is wanted any more, nor any further question; by any thread. */
  void giveUp();

  /** On the thread of the call that they are asked for, which ends them with it. */
  final class OfSync implements Questions {
    private final S3Client s3;

    OfSync(S3Client s3) {
      this.s3 = s3;
    }

    @Override
    public HeadObjectResponse headObject(Consumer<HeadObjectRequest.Builder> head) {
      return s3.headObject(head);
    }

    @Override
    public ListPartsResponse listParts(Consumer<ListPartsRequest.Builder> list) {
      return s3.listParts(list);
    }

    @Override
    public ListBucketsResponse listBuckets(Consumer<ListBucketsRequest.Builder> list) {
      return s3.listBuckets(list);
    }

    @Override
    public ListMultipartUploadsResponse listMultipartUploads(
        Consumer<ListMultipartUploadsRequest.Builder> list) {
      return s3.listMultipartUploads(list);
    }

    @Override
    public void abortMultipartUpload(Consumer<AbortMultipartUploadRequest.Builder> abort) {
      s3.abortMultipartUpload(abort);
    }

    /** They know by themselves, see {@link BalancedRequest}. */
    @Override
    public void giveUp() {}
  }

  /** On a thread that may wait. */
  final class OfAsync implements Questions {
    private final S3AsyncClient s3;
    private volatile @Nullable CompletableFuture<?> asked; // by the thread that waits
    private volatile boolean givenUp; // by giveUp()

    OfAsync(S3AsyncClient s3) {
      this.s3 = s3;
    }

    @Override
    public HeadObjectResponse headObject(Consumer<HeadObjectRequest.Builder> head) {
      return answer(s3.headObject(head));
    }

    @Override
    public ListPartsResponse listParts(Consumer<ListPartsRequest.Builder> list) {
      return answer(s3.listParts(list));
    }

    @Override
    public ListBucketsResponse listBuckets(Consumer<ListBucketsRequest.Builder> list) {
      return answer(s3.listBuckets(list));
    }

    @Override
    public ListMultipartUploadsResponse listMultipartUploads(
        Consumer<ListMultipartUploadsRequest.Builder> list) {
      return answer(s3.listMultipartUploads(list));
    }

    @Override
    public void abortMultipartUpload(Consumer<AbortMultipartUploadRequest.Builder> abort) {
      var unused = answer(s3.abortMultipartUpload(abort));
    }

    private <T> T answer(CompletableFuture<T> question) {
      asked = question;
      if (givenUp) {
        question.cancel(true);
      }
      try {
        return question.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException cause
            ? cause
            : AbortedException.create("a question failed", e);
      }
    }

    @Override
    public void giveUp() {
      givenUp = true;
      CompletableFuture<?> under = asked;
      if (under != null) {
        under.cancel(true);
      }
    }
  }
}
