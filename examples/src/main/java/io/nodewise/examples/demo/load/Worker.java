package io.nodewise.examples.demo.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * One caller: makes one random call after another on keys of its own, and at the end reads back
 * everything it still has. Confined to one thread.
 *
 * <p>A key is written once and never again. A request that a hung node finishes long after it was
 * repeated elsewhere then does no harm; overwriting would make the demo a test of the server.
 */
final class Worker implements Callable<@Nullable Void> {
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;

  /** Object sizes, as often as they stand here; the exact size is a little less and odd. */
  private static final int[] SIZES = {
    KIB, KIB, 4 * KIB, 4 * KIB, 16 * KIB, 16 * KIB, 16 * KIB, 64 * KIB, 64 * KIB, 64 * KIB,
    256 * KIB, 256 * KIB, 256 * KIB, MIB, MIB, MIB, 2 * MIB, 4 * MIB, 8 * MIB
  };

  /** S3's smallest part that is not the last one. */
  private static final int PART_SIZE = 5 * MIB;

  private static final int MAX_LIVE = 24;

  private final Recorder recorder;
  private final Pacer pacer;
  private final String bucket;
  private final String prefix;
  private final SplittableRandom random;
  private final List<StoredObject> live = new ArrayList<>();
  private int keys;

  Worker(Recorder recorder, Pacer pacer, String bucket, String prefix, long seed) {
    this.recorder = recorder;
    this.pacer = pacer;
    this.bucket = bucket;
    this.prefix = prefix;
    this.random = new SplittableRandom(seed);
  }

  @Override
  public @Nullable Void call() throws InterruptedException {
    while (!pacer.isStopped()) {
      next();
    }
    for (StoredObject object : live) {
      get(object);
    }
    return null;
  }

  private void next() throws InterruptedException {
    int dice = random.nextInt(100);
    if (live.isEmpty() || (dice < 24 && live.size() < MAX_LIVE)) {
      put();
    } else if (dice < 26) {
      multipart();
    } else if (dice < 61) {
      get(any());
    } else if (dice < 76) {
      head(any());
    } else if (dice < 83) {
      list();
    } else if (dice < 88 && live.size() < MAX_LIVE) {
      copy(any());
    } else {
      delete(live.remove(random.nextInt(live.size())));
    }
  }

  private void put() throws InterruptedException {
    int size = SIZES[random.nextInt(SIZES.length)];
    StoredObject object = create(size - random.nextInt(size / 4));
    byte[] content = object.content();
    call(
            Op.PUT,
            object.size(),
            (s3, trace) ->
                s3.putObject(
                    b -> b.bucket(bucket).key(object.key()).overrideConfiguration(trace),
                    RequestBody.fromBytes(content)))
        .ifPresent(done -> live.add(object));
  }

  private void get(StoredObject object) throws InterruptedException {
    pacer.awaitTurn();
    Downloads.get(recorder, bucket, object);
  }

  private void head(StoredObject object) throws InterruptedException {
    call(
        Op.HEAD,
        0,
        (s3, trace) ->
            s3.headObject(b -> b.bucket(bucket).key(object.key()).overrideConfiguration(trace)),
        answer -> object.lengthDifference(answer.contentLength()));
  }

  private void list() throws InterruptedException {
    call(
        Op.LIST,
        0,
        (s3, trace) ->
            s3.listObjectsV2(b -> b.bucket(bucket).prefix(prefix).overrideConfiguration(trace)),
        this::missing);
  }

  private Optional<String> missing(ListObjectsV2Response answer) {
    Map<String, Long> listed =
        answer.contents().stream().collect(Collectors.toMap(S3Object::key, S3Object::size));
    return live.stream()
        .flatMap(object -> object.lengthDifference(listed.getOrDefault(object.key(), -1L)).stream())
        .findFirst()
        .map(difference -> "list: " + difference);
  }

  private void delete(StoredObject object) throws InterruptedException {
    call(
        Op.DELETE,
        0,
        (s3, trace) ->
            s3.deleteObject(b -> b.bucket(bucket).key(object.key()).overrideConfiguration(trace)));
  }

  private void copy(StoredObject source) throws InterruptedException {
    StoredObject copy = new StoredObject(nextKey(), source.seed(), source.size());
    call(
            Op.COPY,
            source.size(),
            (s3, trace) ->
                s3.copyObject(
                    b ->
                        b.sourceBucket(bucket)
                            .sourceKey(source.key())
                            .destinationBucket(bucket)
                            .destinationKey(copy.key())
                            .overrideConfiguration(trace)))
        .ifPresent(done -> live.add(copy));
  }

  private void multipart() throws InterruptedException {
    StoredObject object = create(PART_SIZE + MIB + random.nextInt(2 * MIB));
    new MultipartUpload(recorder, pacer, bucket, object, PART_SIZE)
        .run()
        .ifPresent(done -> live.add(object));
  }

  private StoredObject any() {
    return live.get(random.nextInt(live.size()));
  }

  private StoredObject create(int size) {
    return new StoredObject(nextKey(), random.nextLong(), size);
  }

  private String nextKey() {
    return String.format("%s%06d", prefix, keys++);
  }

  private <T> Optional<T> call(Op op, long bytes, Recorder.S3Call<T> call)
      throws InterruptedException {
    return call(op, bytes, call, answer -> Optional.empty());
  }

  private <T> Optional<T> call(
      Op op, long bytes, Recorder.S3Call<T> call, Function<T, Optional<String>> check)
      throws InterruptedException {
    pacer.awaitTurn();
    return recorder.call(op, bytes, call, check);
  }
}
