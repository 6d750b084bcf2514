package io.nodewise.lb.benchmarks;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.nodewise.lb.Attempt;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.Route;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.micrometer.LoadBalancerMetrics;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.observe.RequestDescription;
import io.nodewise.lb.observe.RequestLog;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.slf4j.LoggerFactory;

/**
 * What those who look on add to a request: one attempt from its pick to its end with all that an
 * adapter says of it, over ten healthy nodes, and nobody, or somebody, who listens.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 100, time = 2, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH sets the fields
public class ObservingBenchmark {
  private static final String LOGGER = "benchmarks.attempts";

  /** Who looks on. */
  @Param({"nobody", "logOff", "logOfSlowOnes", "listener", "metrics", "logText", "logJson", "jfr"})
  public String observer;

  private LoadBalancer balancer;
  private @Nullable LoadBalancerMetrics metrics;
  private @Nullable Recording recording;
  private volatile long seen; // by the listener

  /** Builds a load balancer and has it looked at. */
  @Setup
  public void build() {
    Logger logger = (Logger) LoggerFactory.getLogger(LOGGER);
    logger.setAdditive(false);
    logger.setLevel(observer.equals("logOff") ? Level.OFF : Level.INFO);
    logger.addAppender(toNowhere((LoggerContext) LoggerFactory.getILoggerFactory()));
    LoadBalancerBuilder builder =
        LoadBalancer.builder().nodes("http://node{1...10}:9000").healthCheck(HealthCheck.none());
    RequestLog.Builder log = RequestLog.builder().logger(LOGGER);
    switch (observer) {
      case "logOff", "logText" -> builder.attemptListener(log.build());
      case "logJson" -> builder.attemptListener(log.format(RequestLog.Format.JSON).build());
      case "logOfSlowOnes" -> builder.attemptListener(log.slowerThan(Duration.ofHours(1)).build());
      case "listener" -> builder.attemptListener(report -> seen = report.received());
      default -> {}
    }
    balancer = builder.build();
    if (observer.equals("metrics")) {
      metrics = new LoadBalancerMetrics(balancer);
      metrics.bindTo(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    }
    if (observer.equals("jfr")) {
      recording = new Recording();
      recording.enable("io.nodewise.Attempt");
      recording.setMaxSize(16 << 20);
      recording.start();
    }
  }

  private static OutputStreamAppender<ILoggingEvent> toNowhere(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%d %-5level %logger - %msg%n");
    encoder.start();
    OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.setOutputStream(OutputStream.nullOutputStream());
    appender.start();
    return appender;
  }

  /** Closes all. */
  @TearDown
  public void close() {
    if (metrics != null) {
      metrics.close();
    }
    if (recording != null) {
      recording.close();
    }
    balancer.close();
    ((Logger) LoggerFactory.getLogger(LOGGER)).detachAndStopAllAppenders();
  }

  /** A read of a thousand bytes, as the adapters report it. */
  @Benchmark
  public Attempt read() throws NoNodeAvailableException {
    Route route = balancer.route(RequestHint.read());
    if (route.isObserved()) {
      route.about(new RequestDescription("GET", "GetObject", "s3.local:9000", "/bucket/key"));
    }
    Attempt attempt = route.next(false);
    attempt.status(200);
    attempt.firstByte();
    attempt.reading();
    attempt.idle(1000);
    attempt.end(Outcome.success());
    return attempt;
  }
}
