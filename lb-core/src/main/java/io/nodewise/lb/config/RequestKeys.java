package io.nodewise.lb.config;

import static io.nodewise.lb.config.Values.COUNT;
import static io.nodewise.lb.config.Values.DURATION;
import static io.nodewise.lb.config.Values.NUMBER;
import static io.nodewise.lb.config.Values.SHARE;
import static io.nodewise.lb.config.Values.SWITCH;

import io.nodewise.lb.retry.DownloadResume;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.InFlightLimits;

/** The part of the {@linkplain Keys table} that is about requests. Stateless. */
final class RequestKeys {
  private RequestKeys() {}

  static Section<?, ?> timeouts() {
    return Section.of("timeouts", Timeouts::builder, Timeouts.Builder::build, Options::timeouts)
        .key("connect", DURATION, "2s", "to open a connection", Timeouts.Builder::connect)
        .key(
            "send-stall",
            DURATION,
            "20s",
            "the node takes no byte of the request body",
            Timeouts.Builder::sendStall)
        .key(
            "first-byte",
            DURATION,
            "35s",
            "all is sent, nothing has come",
            Timeouts.Builder::firstByte)
        .key(
            "body-idle",
            DURATION,
            "30s",
            "a read of the answer waits for bytes",
            Timeouts.Builder::bodyIdle)
        .key(
            "suspicion",
            DURATION,
            "1s",
            "silence after which the node is probed at once",
            Timeouts.Builder::suspicion)
        .key(
            "read-patience",
            NUMBER,
            "10",
            "times the 99th percentile of reads, for the first attempt of a read; 0 is never",
            Timeouts.Builder::readPatience);
  }

  static Section<?, ?> limits() {
    return Section.of(
            "limits", InFlightLimits::builder, InFlightLimits.Builder::build, Options::limits)
        .key(
            "per-node",
            COUNT,
            "0",
            "attempts in flight on one node; 0: no limit",
            InFlightLimits.Builder::perNode)
        .key(
            "total",
            COUNT,
            "0",
            "attempts in flight on all nodes; 0: no limit",
            InFlightLimits.Builder::total)
        .key(
            "spills-at",
            COUNT,
            "by the number of nodes",
            "attempts in flight on one node from which on others are preferred; 0: never",
            InFlightLimits.Builder::spillsAt)
        .key(
            "max-wait",
            DURATION,
            "1s",
            "how long a request waits for a place",
            InFlightLimits.Builder::maxWait)
        .key("waiting", COUNT, "1000", "how many may wait", InFlightLimits.Builder::waiting);
  }

  static Section<?, ?> retryBudget() {
    return Section.of(
            "retry-budget",
            () -> new Switched<>("retry-budget", true, RetryBudget.builder()),
            (Switched<RetryBudget.Builder> budget) ->
                budget.build(RetryBudget.Builder::build, RetryBudget.unlimited()),
            Options::retryBudget)
        .key(
            "",
            SWITCH,
            "on",
            "whether retries of overload come out of a budget",
            Switched<RetryBudget.Builder>::on)
        .key(
            "share",
            SHARE,
            "5%",
            "part of all attempts that may be such retries",
            (budget, share) -> budget.tuned().share(share))
        .key(
            "per-second",
            NUMBER,
            "1",
            "so many a second besides",
            (budget, many) -> budget.tuned().perSecond(many))
        .key(
            "fade",
            DURATION,
            "10s",
            "in which an unspent budget falls to 1/e",
            (budget, fade) -> budget.tuned().fade(fade));
  }

  static Section<?, ?> downloadResume() {
    return Section.of(
            "download-resume",
            () -> new Switched<>("download-resume", true, DownloadResume.builder()),
            (Switched<DownloadResume.Builder> resume) ->
                resume.build(DownloadResume.Builder::build, DownloadResume.off()),
            Options::downloadResume)
        .key(
            "",
            SWITCH,
            "on",
            "whether a download goes on at another node",
            Switched<DownloadResume.Builder>::on)
        .key(
            "most",
            COUNT,
            "100",
            "how often nodes may be asked for the rest of one download",
            (resume, most) -> resume.tuned().most(most))
        .key(
            "within",
            DURATION,
            "30s",
            "for how long after a break nodes are asked",
            (resume, within) -> resume.tuned().within(within));
  }

  static Section<?, ?> hedging() {
    return Section.of(
            "hedging",
            () -> new Switched<>("hedging", false, Hedging.builder()),
            (Switched<Hedging.Builder> hedging) ->
                hedging.build(Hedging.Builder::build, Hedging.off()),
            Options::hedging)
        .key(
            "",
            SWITCH,
            "off",
            "whether slow reads are sent to a second node as well",
            Switched<Hedging.Builder>::on)
        .key(
            "share",
            SHARE,
            "2%",
            "part of the reads that waits long enough, and bound of the requests this adds",
            (hedging, share) -> hedging.tuned().share(share))
        .key(
            "least-delay",
            DURATION,
            "5ms",
            "no read is sent a second time sooner",
            (hedging, delay) -> hedging.tuned().leastDelay(delay))
        .key(
            "least-samples",
            COUNT,
            "100",
            "so many recent reads must be known",
            (hedging, samples) -> hedging.tuned().leastSamples(samples))
        .key(
            "burst",
            COUNT,
            "10",
            "requests that can be saved up",
            (hedging, burst) -> hedging.tuned().burst(burst));
  }
}
