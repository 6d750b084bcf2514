package io.nodewise.lb.endtoend;

import java.io.InputStream;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.S3Exceptions;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * The storage behind a node, slow or refusing as its mode says: behind the front that verifies
 * signatures, as a broken storage is. Thread-safe.
 */
final class ModalStore extends ForwardingBlobStore {
  private record Current(NodeMode mode, Semaphore slots) {}

  private static final int SERVICE_UNAVAILABLE = 503;

  private volatile Current current = new Current(NodeMode.FAST, new Semaphore(Integer.MAX_VALUE));

  ModalStore(BlobStore store) {
    super(store);
  }

  /** From the next request on. */
  void mode(NodeMode mode) {
    if (!mode.equals(current.mode())) {
      int slots = mode.slots() == 0 ? Integer.MAX_VALUE : mode.slots();
      current = new Current(mode, new Semaphore(slots, true));
    }
  }

  @Override
  public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
    return serve(() -> super.getBlob(request));
  }

  @Override
  public PutObjectResponse putBlob(PutObjectRequest request, InputStream body) {
    return serve(() -> super.putBlob(request, body));
  }

  private <T> T serve(Supplier<T> request) {
    Current now = current;
    if (now.mode().refuses()) {
      throw S3Exceptions.fromStatusCode(SERVICE_UNAVAILABLE);
    }
    now.slots().acquireUninterruptibly();
    try {
      boolean stalls = ThreadLocalRandom.current().nextInt(1000) < now.mode().stalls();
      TimeUnit.MILLISECONDS.sleep(
          now.mode().delayMillis() + (stalls ? now.mode().stallMillis() : 0));
      return request.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw S3Exceptions.fromStatusCode(SERVICE_UNAVAILABLE, e);
    } finally {
      now.slots().release();
    }
  }
}
