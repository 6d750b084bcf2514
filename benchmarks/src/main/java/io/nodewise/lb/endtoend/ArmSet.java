package io.nodewise.lb.endtoend;

import java.util.List;

/** Arms that are compared. Whoever made it closes it, and with it all of them. */
record ArmSet(List<Arm> arms) implements AutoCloseable {
  Arm named(String name) {
    return arms.stream().filter(arm -> arm.name().equals(name)).findFirst().orElseThrow();
  }

  @Override
  public void close() {
    arms.forEach(Arm::close);
  }
}
