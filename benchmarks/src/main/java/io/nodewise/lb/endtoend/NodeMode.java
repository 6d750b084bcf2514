package io.nodewise.lb.endtoend;

/**
 * How a node serves objects, as it is told while it runs.
 *
 * @param delayMillis what each request for an object waits before it is served, as for a disk
 * @param slots how many are served at once, the wait included; 0 for no bound
 * @param stallMillis how much longer some requests wait
 * @param stalls how many do, of a thousand, at random
 * @param refuses whether each is answered 503 at once; the health path is not
 */
record NodeMode(int delayMillis, int slots, int stallMillis, int stalls, boolean refuses) {
  static final NodeMode FAST = new NodeMode(0, 0, 0, 0, false);

  static NodeMode parse(String text) {
    String[] fields = text.trim().split(" ");
    if (fields.length != 5) {
      throw new IllegalArgumentException(
          "mode: " + text + " (expected: delay slots stall stalls refuses)");
    }
    return new NodeMode(
        Integer.parseInt(fields[0]),
        Integer.parseInt(fields[1]),
        Integer.parseInt(fields[2]),
        Integer.parseInt(fields[3]),
        Boolean.parseBoolean(fields[4]));
  }

  NodeMode withDelay(int millis) {
    return new NodeMode(millis, slots, stallMillis, stalls, refuses);
  }

  /** So many requests of a thousand wait for so long more. */
  NodeMode stalling(int ofThousand, int millis) {
    return new NodeMode(delayMillis, slots, millis, ofThousand, refuses);
  }

  NodeMode refusing() {
    return new NodeMode(delayMillis, slots, stallMillis, stalls, true);
  }

  String written() {
    return delayMillis + " " + slots + " " + stallMillis + " " + stalls + " " + refuses;
  }
}
