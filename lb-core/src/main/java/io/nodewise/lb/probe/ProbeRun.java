package io.nodewise.lb.probe;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Printable;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.health.ProbeAnswer;
import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.Ticker;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One probe: runs once, on a thread that may block, and tells its result once.
 *
 * <p>The deadline holds whatever blocks the thread. Time-outs of the socket would not do: they
 * start again with every byte, and don't count for writes and name look-ups. So the deadline is a
 * task that tells the result by how far the probe has come, and closes the socket under the thread.
 *
 * <p>A deadline that comes late says that this machine stopped, and less about the node: its answer
 * may lie in the socket unread. So one that is a little late gives back once what was lost, and
 * after one that is late by more than {@link #PAUSE} a silence, or a connection that broke, is
 * taken for our own failure. An answer is an answer, however late, and so is a refusal.
 */
final class ProbeRun implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(ProbeRun.class);

  /**
   * What a deadline is late by once the process was stopped, or collected garbage for long. Threads
   * of a busy machine are late by less, and their probes of hung nodes must go on to count.
   */
  static final Duration PAUSE = Duration.ofMillis(500);

  /** For classes to load, a trust store to be read, a user's question to be put together. */
  private static final Duration PREPARE = Duration.ofSeconds(10);

  /** How far the probe has come; decides what a failure or a silence means. */
  private enum Phase {
    WAITING,
    RESOLVING,
    OPENING,
    CONNECTING,
    SECURING,
    ASKING,
    READING
  }

  private final Node node;
  private final HealthCheck check;
  private final @Nullable Probe question;
  private final Consumer<ProbeResult> done;
  private final Tasks tasks;
  private final Ticker ticker;
  private final ProbeTls tls;
  private final AtomicBoolean told = new AtomicBoolean(); // set by whoever tells the result
  private volatile Phase phase = Phase.WAITING; // written by the probe's thread
  private volatile long startedAt; // written by the probe's thread, before the phase
  private volatile Duration due; // of the deadline, since the start; written by the deadline
  private volatile @Nullable Socket socket; // written by the probe's thread, closed by any
  private volatile @Nullable ProbeAnswer headOnly; // written by the probe's thread, before READING
  private boolean secure; // of the probe's thread only; whether it speaks https
  private @Nullable SSLSocket secured; // of the probe's thread only, which closes it politely
  private volatile boolean cut; // written by whoever cuts, before it closes the socket

  ProbeRun(
      Node node,
      HealthCheck check,
      @Nullable Probe question,
      Consumer<ProbeResult> done,
      Tasks tasks,
      Ticker ticker,
      ProbeTls tls) {
    this.node = node;
    this.check = check;
    this.question = question;
    this.done = done;
    this.tasks = tasks;
    this.ticker = ticker;
    this.due = check.timeout();
    this.tls = tls;
  }

  @Override
  public void run() {
    if (cut) {
      return;
    }
    Tasks.Scheduled deadline = tasks.schedule(PREPARE, this::expire);
    try {
      HttpExchange exchange = prepare();
      deadline.cancel();
      startedAt = ticker.read();
      deadline = tasks.schedule(check.timeout(), this::expire);
      tell(probe(exchange));
    } catch (RuntimeException | Error e) {
      log.debug("Probing {} failed", node, e); // the prober says it once at INFO
      tell(down(Evidence.LOCAL, "probe failed: " + e));
    } finally {
      close(secured);
      close(socket);
      deadline.cancel();
    }
  }

  /**
   * What is asked once there is a connection, or null for nothing. The first time this loads many
   * classes and reads the trust store: time that must not be taken for the node's.
   */
  private @Nullable HttpExchange prepare() {
    Probe asked = question;
    if (asked == null) {
      return null;
    }
    if (check.scheme().orElse(node.scheme()).equals("https")) {
      tls.factory();
      secure = true;
    }
    return new HttpExchange(node, check, asked.request(node));
  }

  /** Ends the probe, wherever it is, with a result that says nothing about the node. */
  void abandon(String reason) {
    cutWith(ProbeResult.down(Evidence.LOCAL, reason, took()));
  }

  /** A deadline that is a little late is put off by as much, once. */
  private void expire() {
    if (told.get()) {
      return;
    }
    Duration late = took().minus(due);
    boolean first = due.equals(check.timeout());
    if (first && late.compareTo(Duration.ZERO) > 0 && late.compareTo(PAUSE) <= 0) {
      due = due.plus(late).plus(late);
      tasks.schedule(late, this::expire);
    } else {
      cutWith(silence());
    }
  }

  private ProbeResult silence() {
    String within = " within " + check.timeout().toMillis() + " ms";
    return switch (phase) {
      case WAITING, OPENING -> down(Evidence.LOCAL, "not begun" + within);
      case RESOLVING -> down(Evidence.UNREACHABLE, "name not resolved" + within);
      case CONNECTING -> down(Evidence.NO_ANSWER, "no connection" + within);
      case SECURING -> down(Evidence.NO_ANSWER, "no TLS handshake" + within);
      case ASKING -> down(Evidence.NO_ANSWER, "no answer" + within);
      case READING -> incomplete("answer not complete" + within);
    };
  }

  /** Down in any case; where the head of the answer says so already, for that reason. */
  private ProbeResult incomplete(String reason) {
    ProbeAnswer head = headOnly;
    Probe asked = question;
    try {
      Verdict verdict = head == null || asked == null ? Verdict.up() : asked.read(head);
      return verdict.isDown()
          ? ProbeResult.down(Evidence.ANSWERED, verdict.reason(), took())
          : down(Evidence.ANSWERED, reason);
    } catch (RuntimeException | Error e) { // a user's code; the socket must be closed all the same
      return down(Evidence.LOCAL, "probe failed: " + e);
    }
  }

  private void cutWith(ProbeResult result) {
    cut = true;
    tell(result);
    close(socket);
  }

  private ProbeResult probe(@Nullable HttpExchange exchange) {
    try {
      Socket connected = connect();
      if (exchange == null) {
        return ProbeResult.up("connected", took());
      }
      if (!secure) {
        return ask(exchange, connected);
      }
      phase = Phase.SECURING;
      SSLSocket layered = tls.handshake(connected, node.host());
      secured = layered;
      return ask(exchange, layered);
    } catch (IOException | HttpException e) {
      return failure(e);
    }
  }

  /** Tries the addresses of the node in turn, as HTTP clients do. */
  private Socket connect() throws IOException {
    phase = Phase.RESOLVING;
    InetAddress[] addresses = InetAddress.getAllByName(node.host());
    int port = check.port() == 0 ? node.port() : check.port();
    IOException last = new UnknownHostException(node.host());
    for (InetAddress address : addresses) {
      phase = Phase.OPENING;
      Socket opened = new Socket();
      socket = opened;
      try {
        opened.setTcpNoDelay(true); // takes the descriptor, which may fail: not the node's fault
        opened.setSoTimeout(timeoutMillis()); // only in case the tasks are gone
        phase = Phase.CONNECTING;
        if (cut) {
          throw new IOException("cut");
        }
        opened.connect(new InetSocketAddress(address, port), timeoutMillis());
        return opened;
      } catch (IOException e) {
        close(socket);
        if (phase == Phase.OPENING || cut) {
          throw e;
        }
        last = e;
      }
    }
    throw last;
  }

  private ProbeResult ask(HttpExchange exchange, Socket connected)
      throws IOException, HttpException {
    phase = Phase.ASKING;
    ClassicHttpResponse head = exchange.ask(connected);
    headOnly = HttpExchange.read(head, "");
    phase = Phase.READING;
    ProbeAnswer answer = HttpExchange.read(head, exchange.body(head));
    Verdict verdict = Objects.requireNonNull(question).read(answer);
    return ProbeResult.answered(Objects.requireNonNull(verdict, "verdict"), answer, took());
  }

  private ProbeResult failure(Exception e) {
    if (e instanceof SocketTimeoutException) {
      return silence(); // the socket's own time-out came a moment before the deadline
    }
    return switch (phase) {
      case WAITING, OPENING -> down(Evidence.LOCAL, "no socket: " + text(e));
      case RESOLVING -> down(Evidence.UNREACHABLE, "unknown host " + node.host());
      case CONNECTING -> connectFailure(e);
      case SECURING -> down(Evidence.UNREACHABLE, "TLS: " + text(e));
      case ASKING -> askFailure(e);
      case READING -> incomplete("answer not complete: " + text(e));
    };
  }

  private ProbeResult askFailure(Exception e) {
    if (e instanceof NoHttpResponseException) {
      return down(Evidence.ANSWERED, "closed without an answer");
    }
    return down(Evidence.ANSWERED, (e instanceof HttpException ? "not HTTP: " : "") + text(e));
  }

  /** By type where possible: messages come in the system's language. */
  private ProbeResult connectFailure(Exception e) {
    if (e instanceof BindException) {
      return down(Evidence.LOCAL, "no local port: " + text(e));
    }
    if (e instanceof NoRouteToHostException) {
      return down(Evidence.UNREACHABLE, "no route");
    }
    if (e instanceof ConnectException) {
      return down(Evidence.REFUSED, "connection refused");
    }
    boolean reset = text(e).toLowerCase(Locale.ROOT).contains("reset");
    return down(reset ? Evidence.REFUSED : Evidence.UNREACHABLE, "connecting: " + text(e));
  }

  private ProbeResult down(Evidence evidence, String reason) {
    Duration took = took();
    boolean paused = took.compareTo(due.plus(PAUSE)) > 0;
    return paused && evidence != Evidence.REFUSED
        ? ProbeResult.down(Evidence.LOCAL, "this machine paused: " + reason, took)
        : ProbeResult.down(evidence, reason, took);
  }

  private void tell(ProbeResult result) {
    if (told.compareAndSet(false, true)) {
      try {
        done.accept(result);
      } catch (RuntimeException e) {
        log.error("Passing on a probe of {} failed: {}", node, e.toString(), e);
      }
    }
  }

  private static void close(@Nullable Socket open) {
    if (open != null) {
      try {
        open.close();
      } catch (IOException ignored) {
        // It is closed all the same.
      }
    }
  }

  private int timeoutMillis() {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, check.timeout().toMillis()));
  }

  private Duration took() {
    return phase == Phase.WAITING ? Duration.ZERO : Duration.ofNanos(ticker.read() - startedAt);
  }

  private static String text(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : Printable.of(message);
  }
}
