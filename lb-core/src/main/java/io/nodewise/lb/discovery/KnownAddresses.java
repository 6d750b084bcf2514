package io.nodewise.lb.discovery;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** The addresses of a name, of each kind, as they were found last. Immutable. */
record KnownAddresses(List<InetAddress> v4, List<InetAddress> v6) {
  static final KnownAddresses NONE = new KnownAddresses(List.of(), List.of());

  KnownAddresses with(boolean isV4, List<InetAddress> found) {
    return isV4 ? new KnownAddresses(found, v6) : new KnownAddresses(v4, found);
  }

  List<InetAddress> all() {
    List<InetAddress> all = new ArrayList<>(v4);
    all.addAll(v6);
    return all;
  }
}
