package io.nodewise.lb.config;

import static io.nodewise.lb.config.Values.DURATION;
import static io.nodewise.lb.config.Values.SWITCH;
import static io.nodewise.lb.config.Values.TEXT;
import static io.nodewise.lb.config.Values.oneOf;

import io.nodewise.lb.observe.RequestLog;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The part of the {@linkplain Keys table} that says what is logged of requests. Stateless. */
final class LogKeys {
  private static final ValueType<IntPredicate> STATUSES =
      ValueType.of("`500, 503`", LogKeys::statuses);

  private LogKeys() {}

  static Section<?, ?> requestLog() {
    return Section.of(
            "request-log",
            () -> new Switched<>("request-log", false, RequestLog.builder()),
            (Switched<RequestLog.Builder> log) ->
                log.build(builder -> Optional.of(builder.build()), Optional.<RequestLog>empty()),
            (options, log) -> log.ifPresent(options::attemptListener))
        .key(
            "",
            SWITCH,
            "off",
            "whether a line is written for each attempt",
            Switched<RequestLog.Builder>::on)
        .key(
            "format",
            oneOf(RequestLog.Format.class),
            "text",
            "how a line looks",
            (log, format) -> log.tuned().format(format))
        .key(
            "logger",
            TEXT,
            RequestLog.LOGGER,
            "the logger, which must be enabled for INFO",
            (log, name) -> log.tuned().logger(name))
        .key(
            "errors-only",
            SWITCH,
            "off",
            "whether only attempts that failed have a line",
            (log, only) -> log.tuned().errorsOnly(only))
        .key(
            "statuses",
            STATUSES,
            "all",
            "only attempts with these statuses have a line",
            (log, which) -> log.tuned().statuses(which))
        .key(
            "slower-than",
            DURATION,
            "none",
            "only attempts that took so long have a line",
            (log, least) -> log.tuned().slowerThan(least))
        .key(
            "paths",
            SWITCH,
            "off",
            "whether lines show the path, and so bucket and key",
            (log, shown) -> log.tuned().paths(shown));
  }

  private static IntPredicate statuses(String text) {
    int[] statuses = Answers.statuses(text);
    return status -> IntStream.of(statuses).anyMatch(one -> one == status);
  }
}
