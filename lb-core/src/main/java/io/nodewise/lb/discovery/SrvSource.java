package io.nodewise.lb.discovery;

import io.nodewise.lb.discovery.DnsLook.NoSuchNameException;
import io.nodewise.lb.discovery.DnsLook.SrvEntry;
import io.nodewise.lb.node.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The targets of a DNS service (SRV records), which have ports of their own: {@code
 * _s3._tcp.example.com}, {@code _http-minio._tcp.minio-hl.storage.svc.cluster.local}. Looked up as
 * {@link DnsSource} does it.
 *
 * <p>Priorities become tiers, the lowest number tier 0; one that is missing keeps its place for
 * sixteen answers. Weights become weights: the greatest of a priority is 1, the others are in
 * proportion, and at least a hundredth; where all are equal, or none is set, all are 1.
 *
 * <p>For http every address of a target is a node, so that no request waits for a name server. For
 * https the target itself is one, by its name, which its certificate is made out to; {@link
 * Builder#addresses} says otherwise.
 *
 * <p>No name of a service is a host: set the load balancer's logical endpoint, or it is the first
 * node, for life. Thread-safe; made by {@link #builder}.
 */
public final class SrvSource implements NodeSource {
  private static final double LEAST_WEIGHT = 0.01;

  /** Answers; a node that sixteen of them are missing is asked for once more, and gone then. */
  private static final int REMEMBERED = 18;

  private final String scheme;
  private final String service;
  private final DnsOptions options;
  private final AddressRules rules;
  private final boolean addresses;

  private volatile Map<Integer, Integer> seen = Map.of(); // priorities, for so many answers more

  // What targets had last, for when one can't be looked up; written by whoever looks, in turn.
  private volatile Map<String, KnownAddresses> lastOf = Map.of();

  private SrvSource(Builder builder) {
    scheme = builder.scheme;
    service = builder.service;
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException("srv scheme: " + scheme + " (expected: http or https)");
    }
    if (!service.matches("_[^.\\s]+\\._(tcp|udp)\\.\\S+")) {
      throw new IllegalArgumentException(
          "srv service: " + service + " (expected: such as _s3._tcp.example.com)");
    }
    options = builder.options;
    options.check();
    rules = new AddressRules(options.networks);
    addresses = builder.addresses == null ? scheme.equals("http") : builder.addresses;
    if (!addresses && !options.networks.isEmpty()) {
      throw new IllegalArgumentException(
          "srv network: " + options.networks + " (expected: addresses(true) with it)");
    }
  }

  /**
   * A builder.
   *
   * @param scheme of all nodes, {@code http} or {@code https}
   * @param service the name with the SRV records
   */
  public static Builder builder(String scheme, String service) {
    return new Builder(scheme, service);
  }

  @Override
  public Found nodes() throws IOException {
    try {
      return look(new DnsLook(options, new DnsSystem()));
    } catch (NoClassDefFoundError e) {
      throw new IOException("dnsjava is missing (expected: dnsjava:dnsjava)", e);
    }
  }

  private Found look(DnsLook look) throws IOException {
    List<SrvEntry> entries = look.services(service);
    if (entries.isEmpty()) {
      throw new IOException(service + ": no targets");
    }
    Map<Integer, Integer> priorities = priorities(entries);
    List<Integer> tiers = List.copyOf(priorities.keySet());
    Map<String, AddressLook> looks = looks(entries, look);
    Map<String, Node> nodes = new LinkedHashMap<>(); // by authority: two targets may share one
    Map<String, KnownAddresses> found = new HashMap<>();
    IOException failure = null;
    for (SrvEntry entry : entries) {
      int tier = tiers.indexOf(entry.priority());
      double weight = weight(entry, entries);
      try {
        for (Node node : nodesOf(entry, looks, found)) {
          nodes.putIfAbsent(node.authority(), node.toBuilder().tier(tier).weight(weight).build());
        }
      } catch (IOException e) {
        if (!lastOf.isEmpty()) {
          throw e; // it may be one of those there are, by another name
        }
        failure = e;
      }
    }
    if (nodes.isEmpty()) {
      throw failure != null
          ? failure
          : new IOException(
              service + ": none of its " + entries.size() + " targets has addresses" + rules);
    }
    lastOf = Map.copyOf(found);
    seen = Map.copyOf(priorities);
    // What could not be looked up at first is to be found, or complained about, soon.
    return Found.of(
        nodes.values(),
        failure == null ? DnsSource.clamped(look.ttl(), options) : options.leastTtl);
  }

  /** The questions for all targets' addresses, of one kind after the other. */
  private Map<String, AddressLook> looks(List<SrvEntry> entries, DnsLook look) {
    Map<String, AddressLook> looks = new LinkedHashMap<>();
    if (addresses) {
      for (SrvEntry entry : entries) {
        KnownAddresses last = lastOf.getOrDefault(entry.target(), KnownAddresses.NONE);
        looks.computeIfAbsent(entry.target(), name -> new AddressLook(name + ".", last));
      }
      looks.values().forEach(each -> each.ask(true, look, rules));
      looks.values().forEach(each -> each.ask(false, look, rules));
    }
    return looks;
  }

  /**
   * Those there are, the lowest first, and those there were: nodes of the first one that are
   * missing in a short answer stay members, and the second one's are not to be as good as they are.
   */
  private Map<Integer, Integer> priorities(List<SrvEntry> entries) {
    Map<Integer, Integer> known = new TreeMap<>();
    seen.forEach(
        (priority, answers) -> {
          if (answers > 1) {
            known.put(priority, answers - 1);
          }
        });
    entries.forEach(entry -> known.put(entry.priority(), REMEMBERED));
    return known;
  }

  private static double weight(SrvEntry entry, List<SrvEntry> all) {
    int most = 0;
    int least = Integer.MAX_VALUE;
    for (SrvEntry other : all) {
      if (other.priority() == entry.priority()) {
        most = Math.max(most, other.weight());
        least = Math.min(least, other.weight());
      }
    }
    return most == least ? 1 : Math.max(LEAST_WEIGHT, (double) entry.weight() / most);
  }

  private List<Node> nodesOf(
      SrvEntry entry, Map<String, AddressLook> looks, Map<String, KnownAddresses> found)
      throws IOException {
    AddressLook look = looks.get(entry.target());
    if (look == null) {
      return List.of(Node.of(scheme + "://" + entry.target() + ":" + entry.port()));
    }
    KnownAddresses known = found.get(entry.target());
    if (known == null) {
      known = addressesOf(entry.target(), look);
      found.put(entry.target(), known);
    }
    List<Node> nodes = new ArrayList<>();
    for (InetAddress address : rules.filter(known.all())) {
      nodes.add(DnsSource.node(scheme, address, entry.port()));
    }
    return nodes;
  }

  /** What can't be found out stays as it was; a target that is just coming has none yet. */
  private KnownAddresses addressesOf(String target, AddressLook look) throws IOException {
    KnownAddresses last = lastOf.get(target);
    try {
      return look.result();
    } catch (NoSuchNameException e) {
      return KnownAddresses.NONE;
    } catch (IOException e) {
      if (last == null) {
        throw e;
      }
      return last;
    }
  }

  @Override
  public String toString() {
    return "srv " + scheme + " " + service + rules;
  }

  /** Makes a {@link SrvSource}; not thread-safe. */
  public static final class Builder {
    private final String scheme;
    private final String service;
    private final DnsOptions options = new DnsOptions();
    private @Nullable Boolean addresses;

    private Builder(String scheme, String service) {
      this.scheme = scheme;
      this.service = service;
    }

    /**
     * Whether the nodes are the addresses of the targets, or the targets by name. Default:
     * addresses for http, names for https.
     */
    public Builder addresses(boolean value) {
      addresses = value;
      return this;
    }

    /** See {@link DnsSource.Builder#network}; for nodes by address. */
    public Builder network(String... ranges) {
      options.networks(ranges);
      return this;
    }

    /** See {@link DnsSource.Builder#server}. */
    public Builder server(String... servers) {
      options.servers(servers);
      return this;
    }

    /** See {@link DnsSource.Builder#leastTtl}. */
    public Builder leastTtl(Duration value) {
      options.leastTtl = value;
      return this;
    }

    /** See {@link DnsSource.Builder#mostTtl}. */
    public Builder mostTtl(Duration value) {
      options.mostTtl = value;
      return this;
    }

    /** See {@link DnsSource.Builder#timeout}. */
    public Builder timeout(Duration value) {
      options.timeout = value;
      return this;
    }

    /**
     * The source; nothing is looked up yet.
     *
     * @throws IllegalArgumentException if the scheme or the name is none, or a value is out of its
     *     range
     */
    public SrvSource build() {
      return new SrvSource(this);
    }
  }
}
