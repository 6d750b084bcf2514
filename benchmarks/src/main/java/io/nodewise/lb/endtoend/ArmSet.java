package io.nodewise.lb.endtoend;

import java.util.List;

/** Arms that are compared. Whoever made it closes it, and with it all of them. */
record ArmSet(List<Arm> arms) implements AutoCloseable {
  Arm named(String name) {
    return arms.get(indexOf(name));
  }

  int indexOf(String name) {
    for (int i = 0; i < arms.size(); i++) {
      if (arms.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException("arm: " + name + " (expected: one of " + arms + ")");
  }

  @Override
  public void close() {
    arms.forEach(Arm::close);
  }
}
