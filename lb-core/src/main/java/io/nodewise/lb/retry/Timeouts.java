package io.nodewise.lb.retry;

import java.time.Duration;

/**
 * The clocks of one attempt. Each measures silence, none the whole request, so that neither a large
 * upload nor a slow reader runs into one. Immutable and thread-safe.
 *
 * <p>Those of a load balancer hold for all its requests ({@link
 * io.nodewise.lb.LoadBalancerBuilder#timeouts}); a single request may have its own, see its
 * adapter, but for {@link #connect()}.
 *
 * <p>{@link #suspicion()} is the one that users feel: after that much silence the node is probed,
 * and if the probe gets no answer either, the node is down and its silent attempts go on elsewhere.
 * The others are for a node that still answers its probes.
 */
public final class Timeouts {
  /** Beyond a day nobody means it, and arithmetic on nanoseconds stays far from its end. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private final Duration connect;
  private final Duration sendStall;
  private final Duration firstByte;
  private final Duration bodyIdle;
  private final Duration suspicion;
  private final double readPatience;

  private Timeouts(Builder builder) {
    connect = positive("connect timeout", builder.connect);
    sendStall = positive("send stall timeout", builder.sendStall);
    firstByte = positive("first byte timeout", builder.firstByte);
    bodyIdle = positive("body idle timeout", builder.bodyIdle);
    suspicion = positive("suspicion timeout", builder.suspicion);
    readPatience = builder.readPatience;
    if (!(readPatience == 0 || (readPatience >= 1 && readPatience <= 1000))) {
      throw new IllegalArgumentException(
          "read patience: " + readPatience + " (expected: 1 to 1000, or 0 for none)");
    }
    Duration smallest = sendStall.compareTo(firstByte) < 0 ? sendStall : firstByte;
    if (suspicion.compareTo(smallest) >= 0 || suspicion.compareTo(bodyIdle) >= 0) {
      throw new IllegalArgumentException(
          "suspicion timeout: "
              + suspicion
              + " (expected: < send stall "
              + sendStall
              + ", first byte "
              + firstByte
              + " and body idle "
              + bodyIdle
              + ")");
    }
  }

  /** The defaults. */
  public static Timeouts defaults() {
    return builder().build();
  }

  /** A builder that starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * How long a connection may take to open. Default 2 s: the second SYN goes out after 1 s, so one
   * lost packet is survived. Adapters set it on the HTTP clients they make; it has no effect among
   * the clocks of a single request, as HTTP clients have one for all. When it expires the node is
   * {@linkplain io.nodewise.lb.node.Outcome#connectTimedOut taken for unreachable} and the request
   * goes on at the next.
   */
  public Duration connect() {
    return connect;
  }

  /**
   * How long a node may accept no byte of a request body. Default 20 s: one that flushes its caches
   * may pause for some, and uploads are dear to repeat; whoever takes nothing for longer has
   * stopped. A socket's own read timeout does not end a blocked write, so this clock does.
   */
  public Duration sendStall() {
    return sendStall;
  }

  /**
   * How long the answer may take, from the last byte of the request on: counted from its beginning
   * it would end slow uploads to healthy nodes. Default 35 s: S3 gateways give up on their storage
   * at 30 s and then say so, which tells more than a time-out. What takes minutes by its nature, a
   * server's copy of a large object or the completion of an upload of many parts, is a reason for
   * clocks of its own.
   */
  public Duration firstByte() {
    return firstByte;
  }

  /**
   * How long a read of the response body may wait for bytes. Default 30 s: a gateway that waits for
   * its storage in the midst of an object waits no longer either, and it has no way left to say
   * that it gave up. Runs only while somebody reads: a reader who takes his time is no fault.
   */
  public Duration bodyIdle() {
    return bodyIdle;
  }

  /**
   * After how much silence a node is probed at once. Default 1 s; with the probe's own timeout of 1
   * s, a hung node is left about 2 s after it fell silent.
   */
  public Duration suspicion() {
    return suspicion;
  }

  /**
   * How many times as long as the 99th percentile of the set's times to first byte the first
   * attempt of a read waits for its answer, before it goes on at another node; at least twice
   * {@link #suspicion()}, at most {@link #firstByte()}, which is also the clock while fewer than a
   * hundred reads have been answered in the last minute, and that of every further attempt. 0
   * switches it off. Default 10: a node whose storage hangs behind a healthy probe is left after
   * some 2 s instead of 35 s, and a read that is slow by its nature costs one attempt more.
   */
  public double readPatience() {
    return readPatience;
  }

  private static Duration positive(String what, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: > 0)");
    }
    if (value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: <= " + LONGEST + ")");
    }
    return value;
  }

  @Override
  public String toString() {
    return "Timeouts[connect="
        + connect
        + ", sendStall="
        + sendStall
        + ", firstByte="
        + firstByte
        + ", bodyIdle="
        + bodyIdle
        + ", suspicion="
        + suspicion
        + ", readPatience="
        + readPatience
        + "]";
  }

  /** Makes {@link Timeouts}; not thread-safe. Values are checked in {@link #build()}. */
  public static final class Builder {
    private Duration connect = Duration.ofSeconds(2);
    private Duration sendStall = Duration.ofSeconds(20);
    private Duration firstByte = Duration.ofSeconds(35);
    private Duration bodyIdle = Duration.ofSeconds(30);
    private Duration suspicion = Duration.ofSeconds(1);
    private double readPatience = 10;

    private Builder() {}

    /** See {@link Timeouts#connect()}. */
    public Builder connect(Duration value) {
      connect = value;
      return this;
    }

    /** See {@link Timeouts#sendStall()}. */
    public Builder sendStall(Duration value) {
      sendStall = value;
      return this;
    }

    /** See {@link Timeouts#firstByte()}. */
    public Builder firstByte(Duration value) {
      firstByte = value;
      return this;
    }

    /** See {@link Timeouts#bodyIdle()}. */
    public Builder bodyIdle(Duration value) {
      bodyIdle = value;
      return this;
    }

    /** See {@link Timeouts#suspicion()}. */
    public Builder suspicion(Duration value) {
      suspicion = value;
      return this;
    }

    /** See {@link Timeouts#readPatience()}. */
    public Builder readPatience(double value) {
      readPatience = value;
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException if a duration is not positive or longer than a day, or the
     *     suspicion timeout is not below the three it is there to beat
     */
    public Timeouts build() {
      return new Timeouts(this);
    }
  }
}
