package io.nodewise.lb.observe;

import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line for each attempt: its node, the {@code Host} it named, method, operation, status,
 * times, bytes, the number of the attempt and why the request moved on. Off unless it is given to a
 * load balancer, and as long as its logger, {@value #LOGGER} unless another one is named, is not
 * enabled for INFO; that may change while it runs.
 *
 * <p>Immutable and thread-safe; nothing to close. A line holds no header but the {@code Host}, no
 * query, and so neither credentials nor signatures; and no path, hence neither bucket nor key but
 * those that are part of a host's name, unless {@linkplain Builder#paths asked for}. What servers
 * and exceptions say is on the same line: line breaks and control characters are escaped.
 */
public final class RequestLog implements AttemptListener {
  /** The name of its logger. */
  public static final String LOGGER = "nodewise.attempts";

  /** How a line looks. */
  public enum Format {
    /** {@code node=minio2:9000 host=s3.local method=GET …}: for people, and for {@code grep}. */
    TEXT,
    /** A JSON object, for programs; times in milliseconds, sizes in bytes. */
    JSON
  }

  private final Logger log;
  private final Format format;
  private final boolean errorsOnly;
  private final @Nullable IntPredicate statuses;
  private final long slowerThan; // nanoseconds; negative: whatever it took
  private final boolean paths;

  private RequestLog(Builder builder) {
    this.log = LoggerFactory.getLogger(builder.logger);
    this.format = builder.format;
    this.errorsOnly = builder.errorsOnly;
    this.statuses = builder.statuses;
    this.slowerThan = builder.slowerThan == null ? -1 : builder.slowerThan.toNanos();
    this.paths = builder.paths;
  }

  /** Of all attempts, as text, without paths. */
  public static RequestLog text() {
    return builder().build();
  }

  /** Of all attempts, as JSON, without paths. */
  public static RequestLog json() {
    return builder().format(Format.JSON).build();
  }

  /** A builder of the log of all attempts, as text, without paths. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public boolean isListening() {
    return log.isInfoEnabled();
  }

  @Override
  public void onAttempt(AttemptReport report) {
    if (log.isInfoEnabled() && isWanted(report)) {
      log.info(line(report));
    }
  }

  /** Whether the filters let it through. */
  boolean isWanted(AttemptReport report) {
    return (!errorsOnly || isError(report))
        && (statuses == null || statuses.test(report.status()))
        && (slowerThan < 0 || report.took().toNanos() >= slowerThan);
  }

  private static boolean isError(AttemptReport report) {
    Outcome outcome = report.outcome();
    return report.status() >= 400
        || outcome.isNodeFault()
        || outcome.kind() == Outcome.Kind.LOAD
        || outcome.isDoubtful();
  }

  String line(AttemptReport report) {
    return format == Format.JSON
        ? AttemptLine.json(report, paths)
        : AttemptLine.text(report, paths);
  }

  @Override
  public String toString() {
    return "RequestLog["
        + format
        + " to "
        + log.getName()
        + (errorsOnly ? ", errors only" : "")
        + (statuses == null ? "" : ", some statuses")
        + (slowerThan < 0 ? "" : ", from " + Duration.ofNanos(slowerThan) + " on")
        + (paths ? ", with paths" : "")
        + "]";
  }

  /** Makes a {@link RequestLog}. Filters combine: a line is written where each lets it through. */
  public static final class Builder {
    private String logger = LOGGER;
    private Format format = Format.TEXT;
    private boolean errorsOnly;
    private @Nullable IntPredicate statuses;
    private @Nullable Duration slowerThan;
    private boolean paths;

    Builder() {}

    /** How lines look. Default: {@link Format#TEXT}. */
    public Builder format(Format how) {
      format = Objects.requireNonNull(how, "format");
      return this;
    }

    /** The logger. Default: {@value #LOGGER}. */
    public Builder logger(String name) {
      logger = Objects.requireNonNull(name, "logger");
      return this;
    }

    /**
     * Whether only of attempts that failed: with a status from 400 on, or by the node's fault, or
     * because it asked for less. Default: of all.
     */
    public Builder errorsOnly(boolean only) {
      errorsOnly = only;
      return this;
    }

    /** Only of attempts with these statuses; 0 is that of those without an answer. Default: all. */
    public Builder statuses(IntPredicate which) {
      statuses = Objects.requireNonNull(which, "statuses");
      return this;
    }

    /** Only of attempts that took at least so long, from begin to end. Default: of all. */
    public Builder slowerThan(Duration least) {
      slowerThan = Objects.requireNonNull(least, "slowerThan");
      return this;
    }

    /** Whether lines show the path, and so bucket and key. Default: no. */
    public Builder paths(boolean shown) {
      paths = shown;
      return this;
    }

    /**
     * The log.
     *
     * @throws IllegalArgumentException if the least time is negative
     */
    public RequestLog build() {
      if (slowerThan != null && slowerThan.isNegative()) {
        throw new IllegalArgumentException("slowerThan: " + slowerThan + " (expected: >= 0)");
      }
      return new RequestLog(this);
    }
  }
}
