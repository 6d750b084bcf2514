package io.nodewise.lb.node;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One server of the cluster: where it is, and what share of the requests it should get. Immutable
 * and thread-safe; it holds no state of the server, so two equal nodes are interchangeable.
 *
 * <p>By default a node has the id of its address, no zone, weight 1 and tier 0. Addresses are
 * normalised: lower case, IPv6 in its canonical form and in brackets, the default port (80 for
 * http, 443 for https) dropped, other ports kept. So {@code HTTP://Minio1:80/} and {@code
 * http://minio1} are the same node.
 */
public final class Node {
  private static final double DEFAULT_WEIGHT = 1;

  private final Authority address;
  private final String authority;
  private final URI uri;
  private final String id;
  private final @Nullable String zone;
  private final double weight;
  private final int tier;
  private final @Nullable String site;
  private final boolean probed;
  private final int hash;

  private Node(Authority address, @Nullable String id, Builder settings) {
    this.address = address;
    this.authority = address.text();
    this.uri = address.uri();
    this.id = id == null ? authority : id;
    this.zone = settings.zone;
    this.weight = settings.weight + 0.0; // -0.0 becomes 0.0
    this.tier = settings.tier;
    this.site = settings.site;
    this.probed = settings.probed;
    this.hash = Objects.hash(this.id, address, zone, weight, tier, site, probed);
  }

  /**
   * The node at an address, everything else at its default.
   *
   * @param uri {@code http://host}, {@code https://host:port} and so on; a host may be a name
   *     (underscores allowed, as in container names), an IPv4 address or an IPv6 address in
   *     brackets
   * @throws IllegalArgumentException when the scheme is missing or neither http nor https, the host
   *     is missing or malformed, the port isn't from 1 to 65535, or there is user info, a path
   *     other than {@code /}, a query or a fragment; the message points at the column
   */
  public static Node of(String uri) {
    return builder(uri).build();
  }

  /**
   * The node at an address, everything else at its default.
   *
   * @throws IllegalArgumentException as {@link #of(String)}
   */
  public static Node of(URI uri) {
    return of(uri.toString());
  }

  static Node of(Authority address) {
    return new Node(address, null, new Builder(address.text()));
  }

  /** Starts a node at an address, which is checked by {@link Builder#build()}. */
  public static Builder builder(String uri) {
    return new Builder(uri);
  }

  /** A builder with everything as it is here, the id and the address included. */
  public Builder toBuilder() {
    Builder builder = new Builder(uri.toString()).id(id);
    builder.zone = zone;
    builder.weight = weight;
    builder.tier = tier;
    builder.site = site;
    builder.probed = probed;
    return builder;
  }

  /** What logs, tables and operators call it: {@link #authority()} unless it was given an id. */
  public String id() {
    return id;
  }

  /**
   * Its normalised address, scheme and authority without a path. {@link URI#getHost()} is null for
   * names that aren't host names by RFC 2396, such as {@code my_host}: take {@link #host()}.
   */
  public URI uri() {
    return uri;
  }

  /** {@code http} or {@code https}. */
  public String scheme() {
    return address.scheme();
  }

  /** The host in lower case, an IPv6 address without brackets. */
  public String host() {
    return address.host();
  }

  /** The port, 1 to 65535; 80 or 443 where the address names none. */
  public int port() {
    return address.port();
  }

  /** What goes into a {@code Host} header: IPv6 in brackets, the default port dropped. */
  public String authority() {
    return authority;
  }

  /** Whether the scheme is https. */
  public boolean isSecure() {
    return scheme().equals("https");
  }

  /** Where it stands, such as a rack or an availability zone; empty by default. */
  public Optional<String> zone() {
    return Optional.ofNullable(zone);
  }

  /**
   * Its share of the requests compared with the other nodes, a pure number: 1 by default, 2 is
   * twice as much, 0 is drained (it stays in the set and is probed, but gets no requests).
   */
  public double weight() {
    return weight;
  }

  /** When it is used: 0, the default, are the primary nodes, 1 their backup, and so on. */
  public int tier() {
    return tier;
  }

  /** The name of its site, where the set has several in order of priority; empty by default. */
  public Optional<String> site() {
    return Optional.ofNullable(site);
  }

  /** Whether it is probed, true by default; if not, only requests tell how it is. */
  public boolean isProbed() {
    return probed;
  }

  /** Equal in every field. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Node that
            && hash == that.hash
            && id.equals(that.id)
            && address.equals(that.address)
            && Objects.equals(zone, that.zone)
            && Double.compare(weight, that.weight) == 0
            && tier == that.tier
            && Objects.equals(site, that.site)
            && probed == that.probed);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** The id, and what isn't at its default: {@code minio1:9000 (zone a, weight 0.5, tier 1)}. */
  @Override
  public String toString() {
    StringBuilder more = new StringBuilder();
    if (zone != null) {
      more.append(", zone ").append(zone);
    }
    if (weight != DEFAULT_WEIGHT) {
      more.append(", weight ").append(weight);
    }
    if (site != null) {
      more.append(", site ").append(site);
    } else if (tier != 0) {
      more.append(", tier ").append(tier);
    }
    if (!probed) {
      more.append(", not probed");
    }
    return more.length() == 0 ? id : id + " (" + more.substring(2) + ")";
  }

  /** Collects the settings of a node. Not thread-safe. Everything is checked in {@link #build}. */
  public static final class Builder {
    private final String uri;
    private @Nullable String id;
    private @Nullable String zone;
    private double weight = DEFAULT_WEIGHT;
    private int tier;
    private @Nullable String site;
    private boolean probed = true;

    private Builder(String uri) {
      this.uri = Objects.requireNonNull(uri, "uri");
    }

    /** What to call it; default: its normalised authority, such as {@code minio1:9000}. */
    public Builder id(String id) {
      this.id = Objects.requireNonNull(id, "id");
      return this;
    }

    /** Where it stands, such as a rack or an availability zone; default: none. */
    public Builder zone(String zone) {
      this.zone = Objects.requireNonNull(zone, "zone");
      return this;
    }

    /** Its share of the requests, &gt;= 0 and finite; 0 is drained. Default: 1. */
    public Builder weight(double weight) {
      this.weight = weight;
      return this;
    }

    /** When it is used, &gt;= 0: lower tiers first. Default: 0, primary. */
    public Builder tier(int tier) {
      this.tier = tier;
      return this;
    }

    /** The name of its site; the tier says when the site is used. Default: none. */
    public Builder site(String site) {
      this.site = Objects.requireNonNull(site, "site");
      return this;
    }

    /** Whether it is probed. Default: true. */
    public Builder probed(boolean probed) {
      this.probed = probed;
      return this;
    }

    /**
     * The node.
     *
     * @throws IllegalArgumentException when the address is none (see {@link Node#of(String)}), the
     *     id, zone or site is blank or has control characters, or a number is out of its range
     */
    public Node build() {
      Authority address;
      try {
        address = Authority.ofUri(uri);
      } catch (URISyntaxException e) {
        throw SyntaxMessage.at("node uri", uri, e);
      }
      checkName("node id", id);
      checkName("node zone", zone);
      checkName("node site", site);
      if (!(weight >= 0 && weight <= Double.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "node weight: " + weight + " (expected: >= 0 and finite)");
      }
      if (tier < 0) {
        throw new IllegalArgumentException("node tier: " + tier + " (expected: >= 0)");
      }
      return new Node(address, id, this);
    }

    private static void checkName(String what, @Nullable String name) {
      if (name != null && (name.isBlank() || name.chars().anyMatch(Character::isISOControl))) {
        throw new IllegalArgumentException(
            what + ": '" + SyntaxMessage.value(name) + "' (expected: visible characters)");
      }
    }
  }
}
