package io.nodewise.lb.awssdk.nodes;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What becomes of the bytes of one answer, on their way through a fault. Used by one thread. */
final class Reply {
  /** What becomes of the connection. */
  enum Then {
    GO_ON,
    CLOSE,
    RESET,
    STALL
  }

  /** A slow answer comes in pieces of 20 ms. */
  private static final int PIECES_PER_SECOND = 50;

  private final Fault fault;
  private final Request request;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private boolean inBody;
  private long passed; // bytes of the answer, or of its body

  Reply(Fault fault, Request request) {
    this.fault = fault;
    this.request = request;
  }

  /** Passes on as much as the fault lets through. */
  Then pass(byte[] buffer, int n, OutputStream out) throws IOException, InterruptedException {
    return switch (fault.kind()) {
      case LOSE_REPLY -> Then.RESET;
      case DELAY_REPLY -> {
        if (passed == 0) {
          TimeUnit.MILLISECONDS.sleep(fault.after());
        }
        passed += n;
        yield write(buffer, 0, n, out);
      }
      case SLOW_REPLY -> slowly(buffer, n, out);
      case ANSWER_AFTERWARDS -> {
        writeText(fault.answerTo(request), out);
        yield Then.CLOSE;
      }
      case RESET_REPLY, CUT_REPLY, STALL_REPLY -> upToTheFault(buffer, 0, n, out);
      case RESET_BODY, CUT_BODY, STALL_BODY, MALFORMED_BODY ->
          request.method().equals("HEAD")
              ? write(buffer, 0, n, out) // there is no body
              : inTheBody(buffer, n, out);
      default -> write(buffer, 0, n, out);
    };
  }

  private static Then write(byte[] buffer, int from, int count, OutputStream out)
      throws IOException {
    out.write(buffer, from, count);
    out.flush();
    return Then.GO_ON;
  }

  private Then slowly(byte[] buffer, int n, OutputStream out)
      throws IOException, InterruptedException {
    int piece = (int) Math.max(1, fault.after() / PIECES_PER_SECOND);
    for (int from = 0; from < n; from += piece) {
      TimeUnit.MILLISECONDS.sleep(1000 / PIECES_PER_SECOND);
      write(buffer, from, Math.min(piece, n - from), out);
    }
    return Then.GO_ON;
  }

  private Then upToTheFault(byte[] buffer, int from, int n, OutputStream out) throws IOException {
    int passing = (int) Math.max(0, Math.min(n, fault.after() - passed));
    passed += n;
    write(buffer, from, passing, out);
    if (passing == n) {
      return Then.GO_ON;
    }
    return switch (fault.kind()) {
      case CUT_REPLY, CUT_BODY -> Then.CLOSE;
      case STALL_REPLY, STALL_BODY -> Then.STALL;
      default -> Then.RESET;
    };
  }

  private Then inTheBody(byte[] buffer, int n, OutputStream out) throws IOException {
    int from = 0;
    while (!inBody && from < n) {
      head.write(buffer[from++]);
      if (buffer[from - 1] == '\n' && text().endsWith("\r\n\r\n")) {
        inBody = true;
        writeText(headToSend(), out);
      }
    }
    if (!inBody) {
      return Then.GO_ON;
    }
    return fault.kind() == Fault.Kind.MALFORMED_BODY
        ? malformed(buffer, from, n - from, out)
        : upToTheFault(buffer, from, n - from, out);
  }

  private String text() {
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private boolean isChunked() {
    return text().toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked");
  }

  private String headToSend() {
    if (fault.kind() != Fault.Kind.MALFORMED_BODY || isChunked()) {
      return text();
    }
    StringBuilder chunked = new StringBuilder();
    text()
        .lines()
        .filter(line -> !line.isEmpty() && !line.regionMatches(true, 0, "content-length:", 0, 15))
        .forEach(line -> chunked.append(line).append("\r\n"));
    return chunked.append("Transfer-Encoding: chunked\r\n\r\n").toString();
  }

  /**
   * Chunks as they should be, then what is none; where the node sends chunks, the first is none.
   */
  private Then malformed(byte[] buffer, int from, int n, OutputStream out) throws IOException {
    boolean empty = text().toLowerCase(Locale.ROOT).contains("content-length: 0\r\n");
    if (n == 0 && !empty) {
      return Then.GO_ON;
    }
    int good = isChunked() ? 0 : (int) Math.min(n, fault.after() - passed);
    passed += good;
    if (good > 0) {
      writeText(Integer.toHexString(good) + "\r\n", out);
      write(buffer, from, good, out);
      writeText("\r\n", out);
    }
    if (good == n && !empty) {
      return Then.GO_ON;
    }
    writeText("no size of a chunk\r\n", out);
    return Then.CLOSE;
  }

  private static void writeText(String text, OutputStream out) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    write(bytes, 0, bytes.length, out);
  }
}
