package io.nodewise.lb.contract;

import io.nodewise.lb.okhttp.LoadBalancedOkHttp;
import io.nodewise.lb.okhttp.RepeatableRequests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import okio.Okio;
import okio.Source;

/**
 * A wrapped {@code OkHttpClient} with requests that are signed by hand. Every other one is
 * enqueued, whatever it is: OkHttp takes the two ways to different threads.
 */
final class RawOkHttp implements ContractClient {
  private static final RequestBody EMPTY = RequestBody.create(new byte[0]);
  private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");
  private static final Pattern NEXT =
      Pattern.compile("<NextContinuationToken>([^<]*)</NextContinuationToken>");
  private static final Pattern UPLOAD = Pattern.compile("<UploadId>([^<]*)</UploadId>");

  /** No OkHttpClient goes on with an answer that has begun. */
  static final Set<Feature> FEATURES = EnumSet.of(Feature.ABORTS);

  private final OkHttpClient http;
  private final SignedRequests signed;
  private final String bucket;
  private final AtomicInteger calls = new AtomicInteger();

  RawOkHttp(Cluster cluster, String bucket) {
    this.http = balanced(cluster);
    this.signed = new SignedRequests(cluster.balancer.logicalEndpoint(), bucket);
    this.bucket = bucket;
  }

  /** The client, told that what goes through it is S3. */
  static OkHttpClient balanced(Cluster cluster) {
    return LoadBalancedOkHttp.builder(cluster.balancer)
        .repeatable(RepeatableRequests.s3())
        .wrap(new OkHttpClient());
  }

  @Override
  public Set<Feature> features() {
    return FEATURES;
  }

  @Override
  public Set<Shape> uploads() {
    return Set.of(Shape.BYTES, Shape.FILE, Shape.STREAM);
  }

  @Override
  public Set<Shape> downloads() {
    return Set.of(Shape.BYTES, Shape.FILE, Shape.STREAM);
  }

  private Response execute(Request request) throws IOException {
    Call call = http.newCall(request);
    Response response = calls.getAndIncrement() % 2 == 0 ? call.execute() : enqueued(call);
    if (response.code() >= 300 && response.code() != 404) {
      try (response) {
        throw new IOException(response.code() + ": " + response.body().string());
      }
    }
    return response;
  }

  private static Response enqueued(Call call) throws IOException {
    CompletableFuture<Response> answer = new CompletableFuture<>();
    call.enqueue(
        new Callback() {
          @Override
          public void onResponse(Call call, Response response) {
            answer.complete(response);
          }

          @Override
          public void onFailure(Call call, IOException e) {
            answer.completeExceptionally(e);
          }
        });
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw (IOException) e.getCause();
    }
  }

  private String text(Request request) throws IOException {
    try (Response response = execute(request)) {
      return response.body().string();
    }
  }

  @Override
  public void put(Shape shape, String key, byte[] content) throws IOException {
    switch (shape) {
      case BYTES -> put(key, RequestBody.create(content), content);
      case STREAM -> put(key, new StreamBody(content), content);
      case FILE ->
          TempFile.with(
              content, file -> put(key, RequestBody.create(file.toFile(), null), content));
      case PUBLISHER -> throw new UnsupportedOperationException();
    }
  }

  private void put(String key, RequestBody body, byte[] content) throws IOException {
    execute(signed.of("PUT", key, Map.of(), Map.of(), body, content)).close();
  }

  @Override
  public byte[] get(Shape shape, String key) throws IOException {
    try (Response response = execute(signed.of("GET", key, Map.of()))) {
      return switch (shape) {
        case BYTES -> response.body().bytes();
        case STREAM -> response.body().byteStream().readAllBytes();
        case FILE -> {
          Path file = TempFile.none();
          try (InputStream body = response.body().byteStream()) {
            Files.copy(body, file);
            yield Files.readAllBytes(file);
          } finally {
            Files.deleteIfExists(file);
          }
        }
        case PUBLISHER -> throw new UnsupportedOperationException();
      };
    }
  }

  @Override
  public long size(String key) throws IOException {
    try (Response response = execute(signed.of("HEAD", key, Map.of()))) {
      String length = response.header("Content-Length");
      return response.code() == 404 || length == null ? -1 : Long.parseLong(length);
    }
  }

  @Override
  public List<String> list(String prefix) throws IOException {
    List<String> keys = new ArrayList<>();
    Map<String, String> query =
        new TreeMap<>(Map.of("list-type", "2", "prefix", prefix, "max-keys", "3"));
    for (boolean more = true; more; ) {
      String page = text(signed.of("GET", "", query));
      KEY.matcher(page).results().forEach(key -> keys.add(key.group(1)));
      Matcher next = NEXT.matcher(page);
      more = next.find();
      if (more) {
        query.put("continuation-token", next.group(1));
      }
    }
    return keys;
  }

  @Override
  public void delete(String key) throws IOException {
    execute(signed.of("DELETE", key, Map.of())).close();
  }

  @Override
  public void copy(String from, String to) throws IOException {
    Map<String, String> source = Map.of("x-amz-copy-source", "/" + bucket + "/" + from);
    execute(signed.of("PUT", to, Map.of(), source, EMPTY, new byte[0])).close();
  }

  @Override
  public void putInParts(String key, byte[] content) throws IOException {
    String begun =
        text(signed.of("POST", key, Map.of("uploads", ""), Map.of(), EMPTY, new byte[0]));
    Matcher id = UPLOAD.matcher(begun);
    if (!id.find()) {
      throw new IOException("no upload: " + begun);
    }
    StringBuilder parts = new StringBuilder("<CompleteMultipartUpload>");
    for (int number = 1, from = 0; from < content.length; number++, from += PART) {
      byte[] part = Arrays.copyOfRange(content, from, Math.min(from + PART, content.length));
      Map<String, String> query =
          Map.of("partNumber", Integer.toString(number), "uploadId", id.group(1));
      RequestBody body = RequestBody.create(part);
      try (Response sent = execute(signed.of("PUT", key, query, Map.of(), body, part))) {
        parts.append("<Part><PartNumber>").append(number).append("</PartNumber><ETag>");
        parts.append(sent.header("ETag")).append("</ETag></Part>");
      }
    }
    byte[] all =
        parts.append("</CompleteMultipartUpload>").toString().getBytes(StandardCharsets.UTF_8);
    Map<String, String> query = Map.of("uploadId", id.group(1));
    text(signed.of("POST", key, query, Map.of(), RequestBody.create(all), all));
  }

  @Override
  public Running begin(String key) {
    Call call = http.newCall(signed.of("GET", key, Map.of()));
    return new SyncClient.ReadBody(
        () -> {
          try (Response response = enqueued(call)) {
            response.body().bytes();
            return true;
          } catch (IOException e) {
            return false;
          }
        },
        call::cancel);
  }

  @Override
  public void close() {
    close(http);
  }

  /** What a user of OkHttp does who wants nothing to be left. */
  static void close(OkHttpClient http) {
    ExecutorService threads = http.dispatcher().executorService();
    threads.shutdown();
    http.connectionPool().evictAll();
  }

  /** A body of unknown kind, which is read anew whenever it is sent. */
  private static final class StreamBody extends RequestBody {
    private final byte[] content;

    StreamBody(byte[] content) {
      this.content = content;
    }

    @Override
    public MediaType contentType() {
      return null;
    }

    @Override
    public long contentLength() {
      return content.length;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      try (Source source = Okio.source(new ByteArrayInputStream(content))) {
        sink.writeAll(source);
      }
    }
  }
}
