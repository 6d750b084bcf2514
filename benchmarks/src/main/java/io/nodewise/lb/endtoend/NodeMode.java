package io.nodewise.lb.endtoend;

/**
 * How a node serves objects, as it is told while it runs.
 *
 * @param delayMillis what each request for an object waits before it is served, as for a disk
 * @param slots how many are served at once, the wait included; 0 for no bound
 * @param refuses whether each is answered 503 at once; the health path is not
 */
record NodeMode(int delayMillis, int slots, boolean refuses) {
  static final NodeMode FAST = new NodeMode(0, 0, false);

  static NodeMode parse(String text) {
    String[] fields = text.trim().split(" ");
    if (fields.length != 3) {
      throw new IllegalArgumentException("mode: " + text + " (expected: delay slots refuses)");
    }
    return new NodeMode(
        Integer.parseInt(fields[0]), Integer.parseInt(fields[1]), Boolean.parseBoolean(fields[2]));
  }

  NodeMode withDelay(int millis) {
    return new NodeMode(millis, slots, refuses);
  }

  NodeMode refusing() {
    return new NodeMode(delayMillis, slots, true);
  }

  String written() {
    return delayMillis + " " + slots + " " + refuses;
  }
}
