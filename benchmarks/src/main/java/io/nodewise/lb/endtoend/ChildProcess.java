package io.nodewise.lb.endtoend;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/*
 * A shell stands between this JVM and the process and waits for the end of its standard input. That
 * comes when the process is closed, and also when this JVM dies, however it does: so nothing is left
 * behind, not even a process that was stopped by a signal and could not notice. The shell ends one
 * process only, the one whose id it got when it started it.
 */
/** A server as a process of its own. Thread-safe; whoever started it closes it. */
final class ChildProcess implements AutoCloseable {
  /** $1 is the log, $2 the signal that asks the process to end, the rest is the command. */
  private static final String GUARD =
      "log=$1; end=$2; shift 2; \"$@\" >>\"$log\" 2>&1 </dev/null & pid=$!; trap '' INT HUP TERM;"
          + " echo $pid; cat >/dev/null; kill -CONT $pid; kill -$end $pid; n=0;"
          + " while [ $n -lt 30 ] && kill -0 $pid; do sleep 0.1; n=$((n+1)); done; kill -KILL $pid";

  private static final Duration END_TIMEOUT = Duration.ofSeconds(10);

  /** Nanoseconds in a clock tick of /proc: USER_HZ is 100 on every Linux. */
  private static final long TICK_NANOS = 10_000_000;

  private final Process guard;
  private final ProcessHandle process;

  private ChildProcess(Process guard, ProcessHandle process) {
    this.guard = guard;
    this.process = process;
  }

  /**
   * Starts the command; its output is appended to the log.
   *
   * @param endSignal what ends it when it is closed, TERM or KILL; after three seconds it is KILL
   */
  static ChildProcess start(List<String> command, Path log, String endSignal) throws IOException {
    List<String> guarded = new ArrayList<>(List.of("sh", "-c", GUARD, "sh", log.toString()));
    guarded.add(endSignal);
    guarded.addAll(command);
    Process guard =
        new ProcessBuilder(guarded).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    BufferedReader answer = guard.inputReader();
    String pid = answer.readLine();
    ProcessHandle process = pid == null ? null : ProcessHandle.of(Long.parseLong(pid)).orElse(null);
    if (process == null) {
      guard.getOutputStream().close();
      throw new IOException("did not start: " + command.get(0) + " (its output: " + log + ")");
    }
    return new ChildProcess(guard, process);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Sends a signal by its name, such as STOP. */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** Waits for the end that a signal asked for; false if it does not come in time. */
  boolean awaitEnd(Duration timeout) throws InterruptedException {
    long start = System.nanoTime();
    while (process.isAlive() && System.nanoTime() - start < timeout.toNanos()) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    return !process.isAlive();
  }

  /** Processor time of the process and all its children so far, in steps of 10 ms. */
  long cpuNanos() {
    try (Stream<ProcessHandle> children = process.descendants()) {
      return Stream.concat(Stream.of(process), children)
          .mapToLong(one -> ticks(one.pid()) * TICK_NANOS)
          .sum();
    }
  }

  private static long ticks(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.UTF_8);
      // The name, in parentheses, may hold spaces; utime and stime are fields 14 and 15.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    } catch (IOException | UncheckedIOException e) {
      return 0; // gone, or not Linux
    }
  }

  @Override
  public void close() {
    try {
      guard.getOutputStream().close();
      if (!guard.waitFor(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        guard.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
      guard.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
