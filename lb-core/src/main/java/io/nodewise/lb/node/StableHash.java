package io.nodewise.lb.node;

/** Hashes that are the same in every process and every version: caches depend on them. */
public final class StableHash {
  private StableHash() {}

  /** A hash of a text: FNV-1a over its UTF-16 code units, then {@linkplain #mix mixed}. */
  public static long of(String text) {
    long hash = 0xCBF29CE484222325L;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      hash = (hash ^ (c & 0xFF)) * 0x100000001B3L;
      hash = (hash ^ (c >>> 8)) * 0x100000001B3L;
    }
    return mix(hash);
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable PRNGs, 2014). */
  public static long mix(long z) {
    long x = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }

  /** A hash of two hashes, in this order. */
  public static long mix(long a, long b) {
    return mix(a ^ mix(b + 0x9E3779B97F4A7C15L));
  }
}
