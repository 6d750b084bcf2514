package io.nodewise.lb.awssdk;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/*
 * The rest is asked for by the request that brought the beginning, with two headers changed: Range,
 * beginning with the first byte that is missing, and If-Match with the entity tag of the beginning.
 * So it has the same keys of SSE-C, the same version and the same payer, and the SDK, its metrics and
 * its interceptors know of one call. If the object has changed the server says 412 and sends nothing.
 *
 * It is signed anew where it is known how the first one was: a signature is good for a quarter of an
 * hour, and covers the range the caller asked for. Then two more things can be changed: the part
 * number, which names a range, gives way to that range; and where the bucket has versions the one that
 * was begun is asked for, so that an object overwritten meanwhile comes to its end all the same.
 * Where it is not known how (an auth scheme of another plugin's), the two headers go unsigned.
 */
/**
 * One version of an object on its way to the caller, and how to ask for the rest of it. Immutable.
 */
final class Download {
  /** Servers take a signature for fifteen minutes. */
  private static final Duration SIGNATURE_LASTS = Duration.ofMinutes(14);

  private static final Pattern SIGNED_HEADERS = Pattern.compile("SignedHeaders=([^,\\s]+)");
  private static final DateTimeFormatter SIGNING_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final SdkHttpRequest request;
  private final @Nullable Signing<?> signing;
  private final String tag;
  private final @Nullable String version; // to be named; null where that is done or there is none
  private final ContentRange range;

  private Download(
      SdkHttpRequest request,
      @Nullable Signing<?> signing,
      String tag,
      @Nullable String version,
      ContentRange range) {
    this.request = request;
    this.signing = signing;
    this.tag = tag;
    this.version = version;
    this.range = range;
  }

  /** What the answer begins; null if it is no object, or one whose rest can't be asked for. */
  static @Nullable Download of(ApiCall call, SdkHttpRequest request, SdkHttpResponse answer) {
    if (!call.operation().isResumable()) {
      return null;
    }
    ContentRange range = ContentRange.of(answer);
    String tag = strongTag(answer);
    if (range == null || range.isEmpty() || tag == null) {
      return null;
    }
    String version = answer.firstMatchingHeader("x-amz-version-id").orElse("null");
    boolean isNamed = version.equals("null") || names(request, "versionId");
    return new Download(request, call.signing(), tag, isNamed ? null : version, range);
  }

  /** Null if it has none, a weak one, or an empty one, which objects have in common. */
  private static @Nullable String strongTag(SdkHttpResponse answer) {
    return answer
        .firstMatchingHeader("ETag")
        .filter(tag -> tag.startsWith("\"") && tag.length() > 2)
        .orElse(null);
  }

  private static boolean names(SdkHttpRequest request, String parameter) {
    return request.firstMatchingRawQueryParameter(parameter).isPresent();
  }

  /** Whether so many bytes are all of it. */
  boolean isWhole(long received) {
    return range.after(received).isEmpty();
  }

  /** Whether it may end after so many bytes, as far as is known. */
  boolean mayEndAt(long received) {
    return range.isOpen() || range.after(received).first() == range.last() + 1;
  }

  /** Whether so many bytes are more than there are, as far as is known. */
  boolean endsBefore(long received) {
    return !range.isOpen() && range.after(received).first() > range.last() + 1;
  }

  /**
   * What asks for the rest.
   *
   * @param received bytes that the caller has
   * @throws IOException if no server would take it
   */
  HttpExecuteRequest rest(long received) throws IOException {
    SdkHttpRequest.Builder rest =
        request.toBuilder()
            .putHeader("Range", range.after(received).asked())
            .putHeader("If-Match", tag);
    if (signing == null) {
      requireUnsigned();
      return HttpExecuteRequest.builder().request(rest.build()).build();
    }
    rest.removeQueryParameter("partNumber");
    if (version != null) {
      rest.putRawQueryParameter("versionId", version);
    }
    return HttpExecuteRequest.builder().request(signing.sign(rest.build())).build();
  }

  /** Whether the two headers may change without a new signature. */
  private void requireUnsigned() throws IOException {
    if (names(request, "partNumber")) {
      throw new IOException("a part by its number can't be asked for in two pieces");
    }
    Optional<String> authorization = request.firstMatchingHeader("Authorization");
    if (authorization.isEmpty()) {
      return; // nobody signs anything
    }
    Matcher signed = SIGNED_HEADERS.matcher(authorization.get());
    String headers = signed.find() ? ";" + signed.group(1) + ";" : "";
    if (headers.isEmpty() || headers.contains(";range;") || headers.contains(";if-match;")) {
      throw new IOException("the range is part of a signature that can't be renewed");
    }
    try {
      Instant at =
          SIGNING_TIME.parse(request.firstMatchingHeader("X-Amz-Date").orElse(""), Instant::from);
      if (at.plus(SIGNATURE_LASTS).isBefore(Instant.now())) {
        throw new IOException("the signature, which can't be renewed, is too old");
      }
    } catch (DateTimeParseException e) {
      throw new IOException("the signature has no date", e);
    }
  }

  /** Whether it asks for the version that was begun, though the caller named none. */
  boolean namesItsVersion() {
    return version != null;
  }

  /** The same without a version's name: the entity tag alone vouches for the rest. */
  Download ofAnyVersion() {
    return new Download(request, signing, tag, null, range);
  }

  /** Whether an answer is of another object, or another version, than the one that was begun. */
  boolean isAnother(SdkHttpResponse answer) {
    String other = strongTag(answer);
    return other != null && !tag.equals(other);
  }

  /**
   * Whether an answer says that nothing is missing: of an object in chunks nobody knows the length,
   * and where all but the last chunk came, there is no byte left to ask for.
   */
  boolean isEnd(SdkHttpResponse answer, long received) {
    ContentRange left = range.after(received);
    return left.isOpen()
        && answer.statusCode() == 416
        && answer
            .firstMatchingHeader("Content-Range")
            .filter(length -> length.equals("bytes */" + left.first()))
            .isPresent();
  }

  /** Whether an answer holds just what is missing. */
  boolean isRest(SdkHttpResponse answer, long received) {
    ContentRange wanted = range.after(received);
    ContentRange got = answer.statusCode() == 206 ? ContentRange.of(answer) : null;
    return got != null
        && tag.equals(strongTag(answer))
        && got.first() == wanted.first()
        && (wanted.isOpen() || got.last() == wanted.last());
  }

  @Override
  public String toString() {
    return request.encodedPath() + " with ETag " + tag;
  }
}
