package io.nodewise.lb.simulation;

/**
 * What is simulated, apart from what goes wrong.
 *
 * @param load requests that come, relative to what all nodes together can serve
 * @param burst of how many requests at once a client's arrivals consist, in one case of fifty
 * @param deadlineSeconds within which an answer must begin, or the caller gives up
 */
record Setting(
    Policy policy,
    int clients,
    int nodes,
    double load,
    int burst,
    double deadlineSeconds,
    Hardware hardware,
    Sizes sizes,
    long seed) {
  /** Between a client and a node and back. */
  static final long ROUND_TRIP = 500_000;

  /** Arrivals that are bursts. */
  static final double BURSTS = 0.02;

  /** Attempts of one request that the retry strategy grants, the first one included. */
  static final int ATTEMPTS = 3;

  /** Twenty nodes at three quarters of their capacity. */
  static Setting of(Policy policy, int clients) {
    return new Setting(policy, clients, 20, 0.75, 8, 10, Hardware.USUAL, Sizes.USUAL, 1);
  }

  Setting withSeed(long value) {
    return new Setting(
        policy, clients, nodes, load, burst, deadlineSeconds, hardware, sizes, value);
  }

  Setting withNodes(int value) {
    return new Setting(policy, clients, value, load, burst, deadlineSeconds, hardware, sizes, seed);
  }

  Setting withLoad(double value) {
    return new Setting(
        policy, clients, nodes, value, burst, deadlineSeconds, hardware, sizes, seed);
  }

  Setting withHardware(Hardware value) {
    return new Setting(policy, clients, nodes, load, burst, deadlineSeconds, value, sizes, seed);
  }

  Setting withSizes(Sizes value) {
    return new Setting(policy, clients, nodes, load, burst, deadlineSeconds, hardware, value, seed);
  }

  /** Requests a second that all nodes together can serve. */
  double capacity() {
    return nodes * hardware.capacity(sizes);
  }
}
