package io.nodewise.lb.endtoend;

/** One operation, again and again, by so many threads. */
record Workload(Operation operation, int threads) {
  String shown() {
    return operation.shown() + ", " + threads + (threads == 1 ? " thread" : " threads");
  }
}
