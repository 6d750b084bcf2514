package io.nodewise.examples.demo;

import io.nodewise.examples.view.Line;
import io.nodewise.examples.view.Terminal;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Shows the run while it runs: a table redrawn in place on a terminal, otherwise a line now and
 * then and one for each event. Its thread is the only one that prints until {@link #close}, which
 * draws a last time.
 */
final class LiveView implements AutoCloseable {
  private static final long REDRAW_MILLIS = 200;
  private static final long LAST_DRAW_MILLIS = 5_000;
  private static final long LINE_EVERY = 25; // redraws, thus 5 s
  private static final String NO_CURSOR_NO_WRAP = "\u001b[?25l\u001b[?7l";
  private static final String CURSOR_AND_WRAP = "\u001b[?7h\u001b[?25h";
  private static final String TO_LINE_END = "\u001b[K";

  /** What to show where. */
  enum Mode {
    TABLE,
    LINES,
    NOTHING
  }

  private final Mode mode;
  private final Supplier<Frame> frames;
  private final PrintStream out;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread drawer = new Thread(this::drawUntilClosed, "demo-view");
  private final Thread atExit = new Thread(this::restore, "demo-view-end");
  private int drawn; // lines; this and below: the view's thread
  private int eventsShown;
  private long ticks;

  LiveView(Mode mode, Supplier<Frame> frames, PrintStream out) {
    this.mode = mode;
    this.frames = frames;
    this.out = out;
    if (mode == Mode.TABLE) {
      Runtime.getRuntime().addShutdownHook(atExit);
      out.print(NO_CURSOR_NO_WRAP);
    }
    if (mode != Mode.NOTHING) {
      drawer.setDaemon(true);
      drawer.start();
    }
  }

  /** The mode for this standard output. */
  static Mode mode(boolean quiet) {
    if (quiet) {
      return Mode.NOTHING;
    }
    return Terminal.isThere() ? Mode.TABLE : Mode.LINES;
  }

  private void drawUntilClosed() {
    try {
      while (!closed.await(REDRAW_MILLIS, TimeUnit.MILLISECONDS)) {
        draw();
      }
      draw();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void draw() {
    Frame frame = frames.get();
    if (mode == Mode.TABLE) {
      redraw(frame.lines());
    } else {
      append(frame);
    }
  }

  private void redraw(List<Line> lines) {
    StringBuilder text = new StringBuilder();
    if (drawn > 0) {
      text.append("\u001b[").append(drawn).append('A');
    }
    for (Line line : lines) {
      text.append('\r').append(line.ansi()).append(TO_LINE_END).append('\n');
    }
    drawn = lines.size();
    out.print(text);
    out.flush();
  }

  private void append(Frame frame) {
    List<RunLog.Event> events = frame.events();
    for (; eventsShown < events.size(); eventsShown++) {
      RunLog.Event event = events.get(eventsShown);
      out.println(">>" + Frame.event(event, frame.startNanos()).text());
    }
    if (++ticks % LINE_EVERY == 0) {
      out.printf(
          "  %6.1f s %s | %s%n",
          (frame.nowNanos() - frame.startNanos()) / 1e9,
          Frame.totals(frame.totals(), frame.failovers()).text(),
          frame.rows().stream()
              .map(r -> String.format("%s %s %.0f %%", r.node(), r.state(), 100 * frame.share(r)))
              .collect(Collectors.joining(", ")));
    }
  }

  private void restore() {
    out.print(CURSOR_AND_WRAP);
    out.flush();
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      drawer.join(LAST_DRAW_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (mode == Mode.TABLE) {
      restore();
      try {
        Runtime.getRuntime().removeShutdownHook(atExit);
      } catch (IllegalStateException e) {
        // The JVM is on its way down and runs the hook itself.
      }
    }
  }
}
