package io.nodewise.lb.observe;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A report on one line. */
final class AttemptLine {
  private static final int BUFFER = 256;

  private AttemptLine() {}

  // Text.

  static String text(AttemptReport report, boolean withPath) {
    RequestDescription request = report.request();
    StringBuilder line = new StringBuilder(BUFFER);
    line.append("node=").append(bare(report.node().id()));
    line.append(" host=").append(bare(report.host()));
    if (request != null) {
      line.append(" method=").append(bare(request.method()));
      if (request.operation() != null) {
        line.append(" operation=").append(bare(request.operation()));
      }
      if (withPath) {
        line.append(" path=").append(bare(request.path()));
      }
    }
    line.append(" status=").append(report.status());
    line.append(" first_byte=");
    millis(line, report.firstByte());
    line.append(" took=");
    millis(line, report.took());
    line.append(" received=").append(report.received());
    line.append(" sent=").append(report.sent());
    line.append(" attempt=").append(report.number());
    if (report.kind() != AttemptReport.Kind.REQUEST) {
      line.append(" kind=").append(lower(report.kind()));
    }
    line.append(" outcome=").append(lower(report.outcome().kind()));
    line.append(" reason=").append(bare(report.reason()));
    return line.toString();
  }

  private static void millis(StringBuilder line, @Nullable Duration time) {
    if (time == null) {
      line.append('-');
    } else {
      number(line, time);
      line.append("ms");
    }
  }

  /** As it is, or in quotes where it would not be read as one word. */
  private static String bare(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c >= 0x7f) {
        return quoted(new StringBuilder(), value).toString();
      }
    }
    return value.isEmpty() ? "\"\"" : value;
  }

  // JSON.

  static String json(AttemptReport report, boolean withPath) {
    RequestDescription request = report.request();
    StringBuilder line = new StringBuilder(BUFFER);
    line.append("{\"node\":");
    quoted(line, report.node().id());
    member(line, "host", report.host());
    if (request != null) {
      member(line, "method", request.method());
      if (request.operation() != null) {
        member(line, "operation", request.operation());
      }
      if (withPath) {
        member(line, "path", request.path());
      }
    }
    line.append(",\"status\":").append(report.status());
    Duration firstByte = report.firstByte();
    if (firstByte != null) {
      line.append(",\"first_byte_ms\":");
      number(line, firstByte);
    }
    line.append(",\"took_ms\":");
    number(line, report.took());
    line.append(",\"received\":").append(report.received());
    line.append(",\"sent\":").append(report.sent());
    line.append(",\"attempt\":").append(report.number());
    member(line, "kind", lower(report.kind()));
    member(line, "outcome", lower(report.outcome().kind()));
    member(line, "reason", report.reason());
    return line.append('}').toString();
  }

  private static void member(StringBuilder line, String name, String value) {
    line.append(",\"").append(name).append("\":");
    quoted(line, value);
  }

  // Both.

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Milliseconds with three decimals. */
  private static void number(StringBuilder line, Duration time) {
    long micros = Math.max(0, time.toNanos() / 1000);
    long rest = micros % 1000;
    line.append(micros / 1000).append('.');
    line.append(rest < 10 ? "00" : rest < 100 ? "0" : "").append(rest);
  }

  /** As a JSON string, of which no character breaks a line or moves a terminal's cursor. */
  private static StringBuilder quoted(StringBuilder line, String value) {
    line.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> line.append("\\\"");
        case '\\' -> line.append("\\\\");
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          if (isPlain(c) || isPair(value, i)) {
            line.append(c);
          } else {
            line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          }
        }
      }
    }
    return line.append('"');
  }

  private static boolean isPlain(char c) {
    boolean isControl = c < ' ' || (c >= 0x7f && c < 0xa0) || c == '\u2028' || c == '\u2029';
    return !isControl && !Character.isSurrogate(c);
  }

  /** Half of a character that is there as a whole. */
  private static boolean isPair(String value, int i) {
    char c = value.charAt(i);
    return Character.isHighSurrogate(c)
        ? i + 1 < value.length() && Character.isLowSurrogate(value.charAt(i + 1))
        : Character.isLowSurrogate(c) && i > 0 && Character.isHighSurrogate(value.charAt(i - 1));
  }
}
