package io.nodewise.lb.awssdk;

import io.nodewise.lb.node.RequestHint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;

/**
 * What matters of an S3 operation: whether it only reads, what its answer carries, and what is to
 * be done when a request was sent, no answer came, and it would be sent again. The SDK itself
 * repeats every operation blindly. Immutable; all there are stand in {@link Operations}.
 *
 * @param name as the SDK has it
 * @param isRead whether it changes nothing
 * @param subject what it is about
 * @param reply what its success carries
 * @param repeat what comes of a repeat
 * @param isHedgeable whether a second node may be asked while the first one is late
 * @param isResumable whether its content can be gone on with at another node
 * @param specials parameters that make it another one; the first that a request has counts
 */
record Operation(
    String name,
    boolean isRead,
    Subject subject,
    Reply reply,
    Repeat repeat,
    boolean isHedgeable,
    boolean isResumable,
    List<Special> specials) {

  /** What an operation is about, by the names of the request's fields. */
  enum Subject {
    OBJECT("Bucket", "Key"),
    /** The object that a copy makes. */
    COPY("DestinationBucket", "DestinationKey"),
    BUCKET("Bucket", null),
    NONE(null, null);

    private final @Nullable String bucket;
    private final @Nullable String key;

    Subject(@Nullable String bucket, @Nullable String key) {
      this.bucket = bucket;
      this.key = key;
    }

    /** A request's object, as bucket and key; null where it is about none. */
    @Nullable String of(SdkRequest request) {
      if (bucket == null || key == null) {
        return null;
      }
      String named = request.getValueForField(key, String.class).orElse(null);
      return named == null
          ? null
          : request.getValueForField(bucket, String.class).orElse("") + "/" + named;
    }

    /** In a word, for tables. */
    String shown() {
      return key != null ? "object" : bucket != null ? "bucket" : "–";
    }
  }

  /**
   * Parameters that make it another operation.
   *
   * @param parameters their names, for tables
   * @param isGiven whether a request has them
   * @param becomes what it then is
   */
  record Special(String parameters, Predicate<SdkRequest> isGiven, Operation becomes) {}

  static Operation of(String name, boolean isRead, Subject subject, Reply reply, Repeat repeat) {
    return new Operation(name, isRead, subject, reply, repeat, false, false, List.of());
  }

  /** What it is for this request. */
  Operation with(SdkRequest request) {
    for (Special special : specials) {
      if (special.isGiven().test(request)) {
        return special.becomes();
      }
    }
    return this;
  }

  RequestHint hint() {
    return isRead ? RequestHint.read() : RequestHint.write();
  }

  Operation hedged() {
    return new Operation(name, isRead, subject, reply, repeat, true, isResumable, specials);
  }

  Operation resumed() {
    return new Operation(name, isRead, subject, reply, repeat, isHedgeable, true, specials);
  }

  /** With certain parameters another thing comes of a repeat. */
  <R> Operation where(String parameters, Class<R> type, Predicate<R> isGiven, Repeat then) {
    Operation becomes = of(name, isRead, subject, reply, then);
    List<Special> more = new ArrayList<>(specials);
    more.add(
        new Special(
            parameters,
            request -> type.isInstance(request) && isGiven.test(type.cast(request)),
            becomes));
    return new Operation(
        name, isRead, subject, reply, repeat, isHedgeable, isResumable, List.copyOf(more));
  }

  @Override
  public String toString() {
    return name;
  }
}
