package io.nodewise.lb.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The values are of an independent implementation and stay for ever: who changes them moves every
 * key, and empties the caches of every cluster.
 */
class StableHashTest {

  private static long hex(String text) {
    return Long.parseUnsignedLong(text, 16);
  }

  @ParameterizedTest
  @CsvSource({
    "'', f52a15e9a9b5e89b",
    "a, d0137a57d0ef408f",
    "minio1:9000, db19cb6737887b54",
    "é€𝄞, 43ca2e02dfd27fa2",
    "bucket/key, 0958e3a08628fec9"
  })
  void a_text_has_this_hash_for_ever(String text, String expected) {
    assertThat(StableHash.of(text)).isEqualTo(hex(expected));
    RequestHint hint = RequestHint.read().withAffinity(text);
    assertThat(hint.affinity()).isEqualTo(hex(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 5692161d100b05e5",
    "ffffffffffffffff, b4d055fcf2cbbd7b",
    "9e3779b97f4a7c15, e220a8397b1dcdaf" // the first number of SplitMix64 with seed 0
  })
  void bits_are_mixed_so_for_ever(String bits, String expected) {
    assertThat(StableHash.mix(hex(bits))).isEqualTo(hex(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 48218226ff3cd4bf",
    "1, 2, f2826f98653e9e57",
    "2, 1, 081a5c1377856b73",
    "ffffffffffffffff, ffffffffffffffff, 4650bc0eb3312e23"
  })
  void two_hashes_are_mixed_so_for_ever(String a, String b, String expected) {
    assertThat(StableHash.mix(hex(a), hex(b))).isEqualTo(hex(expected));
  }

  @Test
  void texts_that_differ_in_one_character_differ_in_half_of_the_bits() {
    Set<Long> seen = new HashSet<>();
    long differing = 0;
    for (int i = 0; i < 10_000; i++) {
      long one = StableHash.of("object" + i);
      seen.add(one);
      differing += Long.bitCount(one ^ StableHash.of("object" + (i + 1)));
    }
    assertThat(seen).hasSize(10_000);
    assertThat(differing / 10_000.0).isBetween(31.5, 32.5);
  }

  @Test
  void a_hint_without_affinity_says_so() {
    assertThat(RequestHint.read().hasAffinity()).isFalse();
    assertThat(RequestHint.read().affinity()).isZero();
    RequestHint write = RequestHint.write().withAffinity("x");
    assertThat(write.hasAffinity()).isTrue();
    assertThat(write.isRead()).isFalse();
    assertThat(RequestHint.read().withAffinity("x").isRead()).isTrue();
    assertThat(write).hasToString("write of " + Long.toHexString(StableHash.of("x")));
    assertThat(RequestHint.read()).hasToString("read");
  }
}
