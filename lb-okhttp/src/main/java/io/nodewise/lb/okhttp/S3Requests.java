package io.nodewise.lb.okhttp;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.Buffer;

/*
 * The AWS adapter has a table of operations by name (docs/s3-operations.md); here only the request is
 * seen. What that table calls "safe" is repeated; what it confirms is not, as the questions would
 * have to be signed. When in doubt it is not repeated.
 */
/** Which S3 requests are the same twice as once. Pure. */
final class S3Requests {
  /** They sign the request, or say again what it is. */
  private static final Set<String> BESIDES =
      Set.of("x-id", "awsaccesskeyid", "signature", "expires");

  private static final Set<String> OBJECT_SETTINGS =
      Set.of("acl", "encryption", "legal-hold", "retention", "tagging");

  private static final Set<String> BUCKET_SETTINGS =
      Set.of(
          "abac",
          "accelerate",
          "acl",
          "analytics",
          "cors",
          "encryption",
          "intelligent-tiering",
          "inventory",
          "lifecycle",
          "logging",
          "metrics",
          "notification",
          "object-lock",
          "ownershipControls",
          "policy",
          "publicAccessBlock",
          "replication",
          "requestPayment",
          "tagging",
          "versioning",
          "website");

  private static final List<String> CONDITIONS =
      List.of(
          "If-Match",
          "If-None-Match",
          "If-Modified-Since",
          "If-Unmodified-Since",
          "x-amz-if-match-last-modified-time",
          "x-amz-if-match-size");

  private static final String SOURCE_CONDITIONS = "x-amz-copy-source-if-";

  /** The conditions of a DeleteObjects; none of them can stand in a key, which is escaped. */
  private static final List<String> DELETE_CONDITIONS =
      List.of("ETag>", "LastModifiedTime>", "Size>");

  /** Bytes: a thousand keys of a thousand characters, and some more. */
  private static final long MOST_DELETED = 2 << 20;

  private S3Requests() {}

  static boolean isRepeatable(Request request) {
    return switch (request.method()) {
      case "GET", "HEAD", "OPTIONS" -> true;
      case "PUT" -> isRepeatablePut(request);
      case "DELETE" -> isRepeatableDelete(request);
      case "POST" -> isRepeatablePost(request);
      default -> false;
    };
  }

  private static boolean isRepeatablePut(Request request) {
    Set<String> asked = parameters(request.url());
    if (!hasKey(request.url())) {
      asked.remove("id"); // of one of several settings
      return asked.size() == 1 && BUCKET_SETTINGS.containsAll(asked);
    }
    if (asked.equals(Set.of("partNumber", "uploadId"))) {
      return true;
    }
    if (hasCondition(request) || isAppend(request)) {
      return false;
    }
    if (asked.isEmpty()) {
      return !isOntoItselfOnCondition(request);
    }
    asked.remove("versionId");
    return asked.size() == 1 && OBJECT_SETTINGS.containsAll(asked);
  }

  private static boolean isRepeatableDelete(Request request) {
    if (!hasKey(request.url()) || hasCondition(request)) {
      return false;
    }
    Set<String> asked = parameters(request.url());
    if (asked.isEmpty()) {
      return true;
    }
    asked.remove("versionId");
    return asked.equals(Set.of("tagging"));
  }

  private static boolean isRepeatablePost(Request request) {
    Set<String> asked = parameters(request.url());
    return asked.equals(Set.of("select", "select-type"))
        || (asked.equals(Set.of("delete")) && deletesUnconditionally(request.body()));
  }

  private static boolean deletesUnconditionally(RequestBody body) {
    try {
      if (body == null || body.isOneShot() || body.isDuplex()) {
        return false;
      }
      long length = body.contentLength();
      if (length < 0 || length > MOST_DELETED) {
        return false;
      }
      Buffer content = new Buffer();
      body.writeTo(content);
      String text = content.readUtf8();
      return DELETE_CONDITIONS.stream().noneMatch(text::contains);
    } catch (IOException e) {
      return false; // what can't be read now can't be sent either
    }
  }

  /** The parameters that say what is asked for. */
  private static Set<String> parameters(HttpUrl url) {
    Set<String> asked = new HashSet<>();
    for (String name : url.queryParameterNames()) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (!lower.startsWith("x-amz-") && !BESIDES.contains(lower)) {
        asked.add(name);
      }
    }
    return asked;
  }

  /** Whether there is something behind the bucket. */
  private static boolean hasKey(HttpUrl url) {
    String path = url.encodedPath();
    int behind = path.indexOf('/', 1);
    return behind > 0 && behind + 1 < path.length();
  }

  private static boolean hasCondition(Request request) {
    return CONDITIONS.stream().anyMatch(name -> request.header(name) != null);
  }

  /** By a header, or by the query of a URL that was signed beforehand. */
  private static boolean isAppend(Request request) {
    String offset = "x-amz-write-offset-bytes";
    return request.header(offset) != null
        || request.url().queryParameterNames().stream().anyMatch(offset::equalsIgnoreCase);
  }

  /** The first try changes the time that the condition of the second one is about. */
  private static boolean isOntoItselfOnCondition(Request request) {
    String source = request.header("x-amz-copy-source");
    if (source == null || !hasSourceCondition(request)) {
      return false;
    }
    int version = source.indexOf('?');
    String from = decoded(version < 0 ? source : source.substring(0, version));
    return from.isEmpty() || ("/" + from).endsWith(decoded(request.url().encodedPath()));
  }

  private static boolean hasSourceCondition(Request request) {
    return request.headers().names().stream()
        .anyMatch(name -> name.toLowerCase(Locale.ROOT).startsWith(SOURCE_CONDITIONS));
  }

  private static String decoded(String path) {
    try {
      return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
