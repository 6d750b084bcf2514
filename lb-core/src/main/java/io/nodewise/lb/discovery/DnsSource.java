package io.nodewise.lb.discovery;

import io.nodewise.lb.node.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Every address of a DNS name, a node each. The name is looked up as the host does it: its table of
 * hosts, then name servers and search domains as in {@code resolv.conf}, A and AAAA records,
 * aliases followed; and again when the least TTL of the answer is over. No request waits for that,
 * nor does the JVM's own cache of names play a part.
 *
 * <pre>{@code
 * DnsSource.builder("http://minio-hl.storage.svc.cluster.local:9000").build();   // headless service
 * DnsSource.builder("https://s3.weka.example").network("10.20.0.0/16").build();  // its S3 network
 * }</pre>
 *
 * <p>Requests name the host of the URI, with its port, unless the load balancer has a logical
 * endpoint of its own; https verifies that name, unless it has a server name of its own.
 *
 * <p><b>IPv4 and IPv6.</b> Both kinds become nodes, but for a kind of which this host has no
 * address beside loopback, which is not asked for. A server with both is two nodes then: {@link
 * Builder#network} picks one, {@code 0.0.0.0/0} all of IPv4. If one kind can't be found out, its
 * addresses stay what they were.
 *
 * <p>Thread-safe; made by {@link #builder}.
 */
public final class DnsSource implements NodeSource {
  private static final Duration LEAST = Duration.ofMillis(10);
  private static final Duration MOST = Duration.ofDays(1);

  private final Node named;
  private final String asked; // its host, as it is looked up
  private final DnsOptions options;
  private final AddressRules rules;
  private final boolean system;
  private final Duration interval;
  private final boolean certificatesNameAddresses;
  private final HostsFile hosts = HostsFile.ofHost();

  private volatile KnownAddresses last = KnownAddresses.NONE; // by whoever looks, in turn

  private DnsSource(Builder builder) {
    // A dot at the end says that the name is whole; it belongs to the question, not to the Host.
    String uri = builder.uri.replaceFirst("([^./])\\.(:\\d+)?/?$", "$1$2");
    named = Node.of(uri);
    asked = uri.equals(builder.uri) ? named.host() : named.host() + ".";
    options = builder.options;
    options.check();
    rules = new AddressRules(options.networks);
    system = builder.system;
    interval = DnsOptions.within("dns interval", builder.interval, LEAST, MOST);
    certificatesNameAddresses = builder.certificatesNameAddresses;
  }

  /**
   * A builder.
   *
   * @param uri scheme, name and port of all nodes: {@code http://s3.example:9000}; a dot at the end
   *     of the name says that no search domains are to be tried
   */
  public static Builder builder(String uri) {
    return new Builder(uri);
  }

  @Override
  public Found nodes() throws IOException {
    String host = named.host();
    if (isLiteral(host)) {
      return Found.of(List.of(named), MOST);
    }
    List<InetAddress> addresses;
    Duration validFor = interval;
    if (system) {
      addresses = bySystem(host);
    } else {
      addresses = hosts.find(host);
      if (addresses.isEmpty()) {
        try {
          DnsLook look = new DnsLook(options, new DnsSystem());
          addresses = byNameServers(asked, look);
          validFor = clamped(look.ttl(), options);
        } catch (NoClassDefFoundError e) {
          throw new IOException(
              "dnsjava is missing (expected: dnsjava:dnsjava, or systemResolver(true))", e);
        }
      }
    }
    List<Node> nodes = new ArrayList<>();
    for (InetAddress address : rules.use(host, addresses)) {
      nodes.add(node(named.scheme(), address, named.port()));
    }
    return Found.of(nodes, validFor);
  }

  private static boolean isLiteral(String host) {
    return host.indexOf(':') >= 0 || host.matches("\\d+(\\.\\d+){3}");
  }

  static Node node(String scheme, InetAddress address, int port) {
    return Node.of(scheme + "://" + Network.inUri(address) + ":" + port);
  }

  static Duration clamped(Duration ttl, DnsOptions options) {
    if (ttl.compareTo(options.leastTtl) < 0) {
      return options.leastTtl;
    }
    return ttl.compareTo(options.mostTtl) > 0 ? options.mostTtl : ttl;
  }

  private static List<InetAddress> bySystem(String host) throws IOException {
    try {
      return List.of(InetAddress.getAllByName(host));
    } catch (UnknownHostException e) {
      throw new IOException(host + ": not known to the system's resolver", e);
    }
  }

  private List<InetAddress> byNameServers(String host, DnsLook look) throws IOException {
    AddressLook both = new AddressLook(host, last);
    both.ask(true, look, rules);
    both.ask(false, look, rules);
    last = both.result();
    if (last.all().isEmpty()) {
      throw new IOException(host + ": no addresses");
    }
    return last.all();
  }

  /** The name, with its scheme and port. */
  @Override
  public Optional<URI> endpoint() {
    return Optional.of(named.uri());
  }

  /** The name, where it is one. */
  @Override
  public Optional<String> certificateName() {
    return certificatesNameAddresses || isLiteral(named.host())
        ? Optional.empty()
        : Optional.of(named.host());
  }

  @Override
  public String toString() {
    return (system ? "system dns " : "dns ") + named.uri() + rules;
  }

  /** Makes a {@link DnsSource}; not thread-safe. */
  public static final class Builder {
    private final String uri;
    private final DnsOptions options = new DnsOptions();
    private boolean system;
    private Duration interval = Duration.ofSeconds(30);
    private boolean certificatesNameAddresses;

    private Builder(String uri) {
      this.uri = uri;
    }

    /**
     * Only addresses in these ranges become nodes, such as {@code 10.20.0.0/16} or {@code
     * fd00::/8}; may be called several times, as they add up. Default: all.
     *
     * @throws IllegalArgumentException if one is no range of addresses
     */
    public Builder network(String... ranges) {
      options.networks(ranges);
      return this;
    }

    /**
     * The name servers, by address, perhaps with a port: {@code 10.0.0.53:53}; tried in this order.
     * Default: the host's.
     *
     * @throws IllegalArgumentException if one is no address
     */
    public Builder server(String... addresses) {
      options.servers(addresses);
      return this;
    }

    /**
     * The name is looked up again no sooner, whatever the TTL, from 10 ms to a day. Default 1 s.
     */
    public Builder leastTtl(Duration value) {
      options.leastTtl = value;
      return this;
    }

    /** The name is looked up again no later, whatever the TTL, up to a day. Default 5 min. */
    public Builder mostTtl(Duration value) {
      options.mostTtl = value;
      return this;
    }

    /**
     * How long one look may take, with all its questions, from 10 ms to 5 min; a name server has a
     * quarter of that to answer. Default 4 s, less than {@link Discovery#firstAnswer()}.
     */
    public Builder timeout(Duration value) {
      options.timeout = value;
      return this;
    }

    /**
     * Has the JVM look the name up, for hosts whose names come from elsewhere ({@code
     * nsswitch.conf}, mDNS). Then no TTL is known, the JVM keeps answers for 30 s ({@code
     * networkaddress.cache.ttl}), and a look can't be cut short. Default: false.
     */
    public Builder systemResolver(boolean value) {
      system = value;
      return this;
    }

    /**
     * How often names are looked up that have no TTL, those in the table of hosts and those of the
     * {@link #systemResolver}; from 10 ms to a day. Default 30 s.
     */
    public Builder interval(Duration value) {
      interval = value;
      return this;
    }

    /**
     * Whether the certificates name each node's address, not the name of the URI. Default: false.
     */
    public Builder certificatesNameAddresses(boolean value) {
      certificatesNameAddresses = value;
      return this;
    }

    /**
     * The source; nothing is looked up yet.
     *
     * @throws IllegalArgumentException if the URI is none or a value is out of its range
     */
    public DnsSource build() {
      return new DnsSource(this);
    }
  }
}
