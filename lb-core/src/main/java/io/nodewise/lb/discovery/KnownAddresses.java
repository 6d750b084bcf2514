package io.nodewise.lb.discovery;

import io.nodewise.lb.discovery.DnsLook.NoSuchNameException;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** The addresses of a name, of each kind, as they were found last. Immutable. */
record KnownAddresses(List<InetAddress> v4, List<InetAddress> v6) {
  static final KnownAddresses NONE = new KnownAddresses(List.of(), List.of());

  /**
   * As they are now. A kind that can't be found out stays as it was, as where AAAA is not
   * understood.
   *
   * @throws NoSuchNameException if there is no such name
   * @throws IOException if neither kind can be found out, or nothing is known but that
   */
  KnownAddresses lookedUp(String name, DnsLook look, AddressRules rules) throws IOException {
    KnownAddresses now = this;
    IOException failure = null;
    boolean answered = false;
    for (boolean isV4 : new boolean[] {true, false}) {
      try {
        now = now.with(isV4, rules.wants(isV4) ? look.addresses(name, isV4) : List.of());
        answered |= rules.wants(isV4);
      } catch (NoSuchNameException e) {
        now = now.with(isV4, List.of());
        failure = failure == null ? e : failure;
      } catch (IOException e) {
        failure = e;
      }
    }
    boolean isUnknown = now.all().isEmpty() && !(failure instanceof NoSuchNameException);
    if (failure != null && (!answered || isUnknown)) {
      throw failure;
    }
    return now;
  }

  private KnownAddresses with(boolean isV4, List<InetAddress> found) {
    return isV4 ? new KnownAddresses(found, v6) : new KnownAddresses(v4, found);
  }

  List<InetAddress> all() {
    List<InetAddress> all = new ArrayList<>(v4);
    all.addAll(v6);
    return all;
  }
}
