package io.nodewise.lb.discovery;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Which addresses of a name become nodes: those in the networks asked for or, where none are, of
 * the kinds that this host has. Immutable.
 */
final class AddressRules {
  private final List<Network> networks;

  AddressRules(List<Network> networks) {
    this.networks = List.copyOf(networks);
  }

  /**
   * Whether addresses of this kind are of use. Where no network says so, as the C library has it
   * (AI_ADDRCONFIG): a kind of which this host has no address but loopback is not; a host that has
   * neither may be one in a test, and takes both.
   */
  boolean wants(boolean v4) {
    if (!networks.isEmpty()) {
      return networks.stream().anyMatch(network -> network.isV4() == v4);
    }
    boolean has4 = hostHas(true);
    boolean has6 = hostHas(false) && !Boolean.getBoolean("java.net.preferIPv4Stack");
    return v4 ? has4 || !has6 : has6 || !has4;
  }

  private static boolean hostHas(boolean v4) {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .anyMatch(
              own ->
                  own instanceof Inet4Address == v4
                      && !own.isLoopbackAddress()
                      && !own.isLinkLocalAddress());
    } catch (SocketException e) {
      return true; // unknown: better a node too many, which probes put out
    }
  }

  /** Those that may become nodes, in the order of their numbers, each once. */
  List<InetAddress> filter(Collection<InetAddress> all) {
    return all.stream()
        .filter(AddressRules::canBeANode)
        .filter(a -> networks.isEmpty() || networks.stream().anyMatch(n -> n.contains(a)))
        .distinct()
        .sorted(
            Comparator.comparing((InetAddress a) -> a.getAddress().length)
                .thenComparing(InetAddress::getAddress, Arrays::compareUnsigned))
        .toList();
  }

  /**
   * The same.
   *
   * @throws IOException if there are addresses, but none that may be used
   */
  List<InetAddress> use(String name, Collection<InetAddress> all) throws IOException {
    List<InetAddress> used = filter(all);
    if (used.isEmpty() && !all.isEmpty()) {
      List<String> shown = all.stream().limit(8).map(InetAddress::getHostAddress).toList();
      throw new IOException(
          name
              + ": none of its "
              + all.size()
              + " addresses "
              + (networks.isEmpty() ? "can be a node: " : "is in " + networks + ": ")
              + String.join(", ", shown));
    }
    return used;
  }

  /** One that is local to a link needs a scope, which no URI has. */
  private static boolean canBeANode(InetAddress address) {
    return !address.isAnyLocalAddress()
        && !address.isMulticastAddress()
        && (address instanceof Inet4Address || !address.isLinkLocalAddress());
  }

  @Override
  public String toString() {
    return networks.isEmpty() ? "" : " in " + networks;
  }
}
