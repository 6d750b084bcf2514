package io.nodewise.lb.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/*
 * A call of the SDK takes ten times what balancing adds to it, and differs by more than that from one
 * JVM to the next, by the luck of the compiler, and from one second to the next, by other programs. So
 * the difference of two forks would show nothing. In a pair, the same call is made by both clients one
 * right after the other, in turns the one first and the other, in the same JVM: what disturbs or
 * favours one does so to the other. A call is far shorter than the time slice of another program, so
 * the median of an iteration's pairs has seen no other.
 *
 * What is to be measured is compiled code, and a call of the SDK goes through thousands of methods. The
 * compiler goes by how often they were called, so calls are what is counted before the first iteration:
 * on a machine that does other things, too, any number of seconds may be too few.
 */
/**
 * What balancing adds to a call of an S3 client, over an HTTP client that answers at once. {@link
 * #pair} measures the difference; {@link #one} makes the calls of one client alone, for profilers.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 15, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH sets the fields
public class TransportBenchmark {

  private static final long MOST_WARMUP_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** The SDK alone and balanced, side by side. */
  @State(Scope.Benchmark)
  public static class Clients {
    /** A call of the S3 client, or {@code transport}: a signed GET by its HTTP client. */
    @Param({"GET", "PUT", "HEAD", "transport"})
    public String operation;

    /** Nodes balanced over. */
    @Param({"1", "4", "100"})
    public int nodes;

    /** So many pairs before the first iteration, or as many as a minute allows. */
    @Param("50000")
    public int warmup;

    private S3Calls plain;
    private S3Calls balanced;

    /** Makes both, and has them compiled. */
    @Setup
    public void build() throws IOException {
      plain = new S3Calls(0);
      balanced = new S3Calls(nodes);
      byte[] buffer = new byte[AnsweringHttpClient.OBJECT_BYTES];
      long begin = System.nanoTime();
      for (int i = 0; i < warmup && System.nanoTime() - begin < MOST_WARMUP_NANOS; i++) {
        plain.call(operation, buffer);
        balanced.call(operation, buffer);
      }
    }

    /** Closes both. */
    @TearDown
    public void close() {
      plain.close();
      balanced.close();
    }
  }

  /** One client. */
  @State(Scope.Benchmark)
  public static class Client {
    /** As of {@link Clients}. */
    @Param({"GET", "PUT", "HEAD", "transport"})
    public String operation;

    /** Nodes balanced over; 0 is the SDK alone. */
    @Param({"0", "1", "4", "100"})
    public int nodes;

    private S3Calls calls;

    /** Makes it. */
    @Setup
    public void build() {
      calls = new S3Calls(nodes);
    }

    /** Closes it. */
    @TearDown
    public void close() {
      calls.close();
    }
  }

  /** What is each thread's own. */
  @State(Scope.Thread)
  public static class Buffer {
    private final byte[] object = new byte[AnsweringHttpClient.OBJECT_BYTES];
  }

  /** Medians of an iteration; those of several threads are added up by JMH. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Pairs {
    /** Of an iteration, per thread; what comes after is not looked at. */
    private static final int MOST = 1 << 17;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final double[] plainNanos = new double[MOST];
    private final double[] addedNanos = new double[MOST];
    private final double[] plainBytes = new double[MOST];
    private final double[] addedBytes = new double[MOST];
    private int pairs;

    /** Forgets the iteration before. */
    @Setup(Level.Iteration)
    public void begin() {
      pairs = 0;
    }

    private int pair(Clients clients, byte[] buffer) throws IOException {
      boolean plainFirst = (pairs & 1) == 0;
      S3Calls first = plainFirst ? clients.plain : clients.balanced;
      S3Calls second = plainFirst ? clients.balanced : clients.plain;
      long bytes0 = THREADS.getCurrentThreadAllocatedBytes();
      long time0 = System.nanoTime();
      int sum = first.call(clients.operation, buffer);
      long time1 = System.nanoTime();
      long bytes1 = THREADS.getCurrentThreadAllocatedBytes();
      long time2 = System.nanoTime();
      sum += second.call(clients.operation, buffer);
      long time3 = System.nanoTime();
      long bytes2 = THREADS.getCurrentThreadAllocatedBytes();
      if (pairs < MOST) {
        double firstNanos = time1 - time0;
        double secondNanos = time3 - time2;
        double firstBytes = bytes1 - bytes0;
        double secondBytes = bytes2 - bytes1;
        plainNanos[pairs] = plainFirst ? firstNanos : secondNanos;
        addedNanos[pairs] = plainFirst ? secondNanos - firstNanos : firstNanos - secondNanos;
        plainBytes[pairs] = plainFirst ? firstBytes : secondBytes;
        addedBytes[pairs] = plainFirst ? secondBytes - firstBytes : firstBytes - secondBytes;
        pairs++;
      }
      return sum;
    }

    /** Nanoseconds of a call by the SDK alone. */
    public double plainNanos() {
      return median(plainNanos);
    }

    /** Nanoseconds by which the balanced call took longer. */
    public double addedNanos() {
      return median(addedNanos);
    }

    /** Bytes allocated by a call of the SDK alone. */
    public double plainBytes() {
      return median(plainBytes);
    }

    /** Bytes by which the balanced call allocated more. */
    public double addedBytes() {
      return median(addedBytes);
    }

    private double median(double[] values) {
      double[] sorted = Arrays.copyOf(values, pairs);
      Arrays.sort(sorted);
      return pairs == 0 ? Double.NaN : sorted[pairs / 2];
    }
  }

  /** The same call by one client and by the other. */
  @Benchmark
  public int pair(Clients clients, Pairs pairs, Buffer buffer) throws IOException {
    return pairs.pair(clients, buffer.object);
  }

  /** A call by one client. */
  @Benchmark
  public int one(Client client, Buffer buffer) throws IOException {
    return client.calls.call(client.operation, buffer.object);
  }
}
