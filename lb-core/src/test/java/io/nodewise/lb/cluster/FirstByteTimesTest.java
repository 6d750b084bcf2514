package io.nodewise.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirstByteTimesTest {
  private final FirstByteTimes times = new FirstByteTimes();

  @Test
  void nothing_is_known_at_first() {
    assertThat(times.quantile(0.5)).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void quantiles_are_near_those_of_the_sorted_values(long seed) {
    Random random = new Random(seed);
    long[] values = new long[5000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) Math.exp(8 + 16 * random.nextDouble()); // 3 µs to 26 s
      times.record(values[i]);
    }
    Arrays.sort(values);
    for (double q : new double[] {0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1}) {
      long truth = values[(int) Math.ceil(q * values.length) - 1];
      assertThat(times.quantile(q))
          .as("quantile %s, seed %s", q, seed)
          .isCloseTo(truth, Percentage.withPercentage(13));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void above_the_upper_edge_there_are_no_more_than_that(long seed) {
    Random random = new Random(seed);
    long[] values = new long[2000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) (5e6 * (1 + 0.2 * random.nextDouble())); // most of them in one bucket
      times.record(values[i]);
    }
    for (double q : new double[] {0.5, 0.9, 0.98, 0.99}) {
      long edge = times.upperQuantile(q);
      assertThat(Arrays.stream(values).filter(value -> value >= edge).count())
          .as("beyond the quantile %s, seed %s", q, seed)
          .isLessThanOrEqualTo(Math.round((1 - q) * values.length));
      assertThat(edge).isBetween(times.quantile(q), times.quantile(q) * 5 / 4);
    }
    assertThat(new FirstByteTimes().upperQuantile(0.9)).isZero();
  }

  @Test
  void one_value_is_every_quantile() {
    for (long nanos = 1024; nanos < 200_000_000_000L; nanos = nanos * 17 / 16 + 1) {
      FirstByteTimes one = new FirstByteTimes();
      one.record(nanos);
      assertThat(one.quantile(0.01))
          .as("%s ns", nanos)
          .isCloseTo(nanos, Percentage.withPercentage(12.6))
          .isEqualTo(one.quantile(0.99));
    }
  }

  @Test
  void buckets_never_go_down_as_values_go_up() {
    int before = 0;
    for (long nanos = 0; nanos < 500_000_000_000L; nanos = nanos * 33 / 32 + 1) {
      int bucket = FirstByteTimes.bucket(nanos);
      assertThat(bucket).isBetween(before, before + 1);
      before = bucket;
    }
  }

  @Test
  void what_is_out_of_range_counts_at_its_end() {
    times.record(-5);
    times.record(0);
    assertThat(times.quantile(1)).isBetween(1000L, 1300L);
    times.record(Long.MAX_VALUE);
    assertThat(times.quantile(1)).isCloseTo(1L << 38, Percentage.withPercentage(13));
  }

  @Test
  void aging_halves_the_weight_of_the_past() {
    for (int i = 0; i < 1000; i++) {
      times.record(1_000_000_000);
    }
    times.age();
    for (int i = 0; i < 400; i++) {
      times.record(1_000_000);
    }
    assertThat(times.quantile(0.43)).isLessThan(2_000_000);
    assertThat(times.quantile(0.45)).as("500 of 900 are old").isGreaterThan(800_000_000);
  }

  @Test
  void what_is_not_refreshed_is_forgotten_in_the_end() {
    for (int i = 0; i < 1000; i++) {
      times.record(5_000_000);
    }
    for (int i = 0; i < 10; i++) {
      assertThat(times.quantile(0.5)).isNotZero();
      times.age();
    }
    assertThat(times.quantile(0.5)).isZero();
  }
}
