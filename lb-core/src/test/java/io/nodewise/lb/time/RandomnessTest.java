package io.nodewise.lb.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.TestRuntime;
import org.junit.jupiter.api.Test;

class RandomnessTest {

  @Test
  void extreme_bits_stay_within_the_bounds() {
    Randomness ones = () -> -1L;
    Randomness zeros = () -> 0L;
    assertThat(ones.nextUnit()).isLessThan(1).isGreaterThan(0.999999);
    assertThat(zeros.nextUnit()).isZero();
    for (int bound : new int[] {1, 2, 3, 1000, Integer.MAX_VALUE}) {
      assertThat(ones.nextInt(bound)).isEqualTo(bound - 1);
      assertThat(zeros.nextInt(bound)).isZero();
    }
  }

  @Test
  void numbers_below_a_bound_are_spread_evenly() {
    Randomness random = TestRuntime.seeded(5);
    int[] counts = new int[7];
    double sum = 0;
    for (int i = 0; i < 70_000; i++) {
      counts[random.nextInt(7)]++;
      sum += random.nextUnit();
    }
    for (int count : counts) {
      assertThat(count).isBetween(9_600, 10_400);
    }
    assertThat(sum / 70_000).isBetween(0.49, 0.51);
  }

  @Test
  void the_systems_own_never_repeats_itself_in_a_moment() {
    assertThat(java.util.stream.LongStream.generate(Randomness.threadLocal()::next).limit(1000))
        .doesNotHaveDuplicates();
  }
}
