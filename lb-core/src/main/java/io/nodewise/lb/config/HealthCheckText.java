package io.nodewise.lb.config;

import io.nodewise.lb.health.ClusterCheck;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.HealthCheckBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A health check while its keys are read. Not thread-safe. */
final class HealthCheckText {
  static final ValueType<HealthCheck> PRESET =
      ValueType.of("[preset](#nodewisehealth-check)", HealthCheckText::preset);

  static final ValueType<Consumer<HealthCheckBuilder>> STATUSES =
      ValueType.of("`200, 204` or `200-299`", HealthCheckText::statuses);

  static final ValueType<Map<String, String>> HEADERS =
      ValueType.of("`Name: value; Name: value`", HealthCheckText::headers);

  private static final Pattern RANGE = Pattern.compile("(\\d{3})\\s*-\\s*(\\d{3})");

  private static final List<String> NAMES =
      List.of(
          "auto, minio, ceph-rgw, weka, s3proxy, swift, seaweedfs, garage, rustfs, ozone, dell-ecs",
          "storage-grid, virtuozzo, scality, riak-cs, leofs(host), versity(/path), health",
          "http(/path), any-response, tcp, none");

  private HealthCheckBuilder builder = HealthCheck.auto().toBuilder();
  private boolean isPreset;
  private @Nullable String canWrite;
  private @Nullable String canRead;

  /** What it begins with. */
  void preset(HealthCheck check) {
    builder = check.toBuilder();
    isPreset = true;
  }

  /** Settings of any check. */
  HealthCheckBuilder builder() {
    return builder;
  }

  /** Settings of what is asked: of the preset, or else of a {@code GET /}. */
  HealthCheckBuilder question() {
    if (!isPreset) {
      throw new Incomplete(
          "says what is asked, but not whom (expected: nodewise.health-check, such as http(/path),"
              + " as well)");
    }
    return builder;
  }

  void canWrite(String path) {
    canWrite = path;
  }

  void canRead(String path) {
    canRead = path;
  }

  HealthCheck build() {
    if (canWrite != null && canRead != null) {
      builder.clusterCheck(ClusterCheck.http(canWrite, canRead));
    } else if (canWrite != null || canRead != null) {
      throw new Incomplete(
          "one path of two (expected: nodewise.health-check.can-write and"
              + " nodewise.health-check.can-read)");
    }
    return builder.build();
  }

  private static HealthCheck preset(String text) {
    Call call = Call.of(text);
    boolean takesOne = List.of("http", "leofs", "versity").contains(call.name());
    HealthCheck check =
        switch (call.name()) {
          case "auto" -> HealthCheck.auto();
          case "minio" -> HealthCheck.minio();
          case "ceph-rgw" -> HealthCheck.cephRgw();
          case "weka" -> HealthCheck.weka();
          case "s3proxy" -> HealthCheck.s3proxy();
          case "swift" -> HealthCheck.swift();
          case "seaweedfs" -> HealthCheck.seaweedfs();
          case "garage" -> HealthCheck.garage();
          case "rustfs" -> HealthCheck.rustfs();
          case "ozone" -> HealthCheck.ozone();
          case "dell-ecs" -> HealthCheck.dellEcs();
          case "storage-grid" -> HealthCheck.storageGrid();
          case "virtuozzo" -> HealthCheck.virtuozzo();
          case "scality" -> HealthCheck.scality();
          case "riak-cs" -> HealthCheck.riakCs();
          case "health" -> HealthCheck.health();
          case "any-response" -> HealthCheck.anyResponse();
          case "tcp" -> HealthCheck.tcp();
          case "none" -> HealthCheck.none();
          case "http" -> HealthCheck.http(only(call));
          case "leofs" -> HealthCheck.leofs(only(call));
          case "versity" -> HealthCheck.versity(only(call));
          default -> throw Values.unlike(text, "one of " + String.join(", ", NAMES));
        };
    if (!takesOne) {
      call.requireArguments(0, 0);
    }
    return check;
  }

  private static String only(Call call) {
    call.requireArguments(1, 1);
    return call.argument(0);
  }

  private static Consumer<HealthCheckBuilder> statuses(String text) {
    Matcher range = RANGE.matcher(text);
    if (range.matches()) {
      int first = Integer.parseInt(range.group(1));
      int last = Integer.parseInt(range.group(2));
      return builder -> builder.expectedStatusRange(first, last);
    }
    int[] statuses = Answers.statuses(text);
    return builder -> builder.expectedStatuses(statuses);
  }

  private static Map<String, String> headers(String text) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String header : Values.list(text, ";")) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw new IllegalArgumentException("no colon (expected: Name: value; Name: value)");
      }
      headers.put(header.substring(0, colon).strip(), header.substring(colon + 1).strip());
    }
    return headers;
  }
}
