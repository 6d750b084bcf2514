package io.nodewise.examples.demo.load;

import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.model.ChecksumMode;

/** The checked download. */
final class Downloads {
  private Downloads() {}

  /** Reads the whole object and compares every byte. */
  static void get(Recorder recorder, String bucket, StoredObject object) {
    recorder.call(
        Op.GET,
        object.size(),
        (s3, trace) ->
            s3.getObject(
                b ->
                    b.bucket(bucket)
                        .key(object.key())
                        .checksumMode(ChecksumMode.ENABLED)
                        .overrideConfiguration(trace),
                ResponseTransformer.toBytes()),
        answer -> object.difference(answer.asByteArrayUnsafe()));
  }
}
