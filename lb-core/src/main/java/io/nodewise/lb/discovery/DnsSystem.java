package io.nodewise.lb.discovery;

import java.net.InetSocketAddress;
import java.util.List;
import org.xbill.DNS.Name;
import org.xbill.DNS.ResolverConfig;

/** How this host asks name servers: {@code resolv.conf} and its like, read when made. Immutable. */
final class DnsSystem {
  private final ResolverConfig config = new ResolverConfig();

  /** Those given, else the host's. */
  List<InetSocketAddress> servers(List<InetSocketAddress> given) {
    return given.isEmpty() ? config.servers() : given;
  }

  List<Name> searchPath() {
    return config.searchPath();
  }

  int ndots() {
    return config.ndots();
  }
}
