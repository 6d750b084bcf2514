package io.nodewise.lb.config;

import static io.nodewise.lb.config.Values.DURATION;
import static io.nodewise.lb.config.Values.SHARE;
import static io.nodewise.lb.config.Values.SWITCH;

import io.nodewise.lb.discovery.Discovery;
import io.nodewise.lb.discovery.DnsSource;
import io.nodewise.lb.discovery.SrvSource;

/** The part of the {@linkplain Keys table} that says where nodes come from. Stateless. */
final class SourceKeys {
  private SourceKeys() {}

  static Section<?, ?> nodes() {
    return Section.of("", NodesText::new, NodesText::build, (options, set) -> set.accept(options))
        .key(
            "nodes",
            NodesText.WHERE,
            "required",
            "the nodes, or where to ask for them: `dns:`, `srv:` or `file:`",
            NodesText::where)
        .key(
            "dns.networks",
            NodesText.LIST,
            "all",
            "only addresses in these ranges become nodes, such as `10.20.0.0/16`",
            (nodes, ranges) ->
                nodes.both(ranges, DnsSource.Builder::network, SrvSource.Builder::network))
        .key(
            "dns.servers",
            NodesText.LIST,
            "the host's",
            "the name servers, by address",
            (nodes, servers) ->
                nodes.both(servers, DnsSource.Builder::server, SrvSource.Builder::server))
        .key(
            "dns.least-ttl",
            DURATION,
            "1s",
            "a name is looked up again no sooner, whatever its TTL",
            (nodes, ttl) ->
                nodes.both(ttl, DnsSource.Builder::leastTtl, SrvSource.Builder::leastTtl))
        .key(
            "dns.most-ttl",
            DURATION,
            "5m",
            "a name is looked up again no later, whatever its TTL",
            (nodes, ttl) -> nodes.both(ttl, DnsSource.Builder::mostTtl, SrvSource.Builder::mostTtl))
        .key(
            "dns.timeout",
            DURATION,
            "4s",
            "of one look, with all its questions",
            (nodes, most) ->
                nodes.both(most, DnsSource.Builder::timeout, SrvSource.Builder::timeout))
        .key(
            "dns.system-resolver",
            SWITCH,
            "off",
            "whether the JVM looks names up",
            (nodes, jvm) -> nodes.dns(dns -> dns.systemResolver(jvm)))
        .key(
            "dns.interval",
            DURATION,
            "30s",
            "how often names are looked up that have no TTL",
            (nodes, interval) -> nodes.dns(dns -> dns.interval(interval)))
        .key(
            "dns.certificates-name-addresses",
            SWITCH,
            "off",
            "whether certificates name each node's address, not the name",
            (nodes, yes) -> nodes.dns(dns -> dns.certificatesNameAddresses(yes)))
        .key(
            "srv.addresses",
            SWITCH,
            "on for http, off for https",
            "whether nodes are the addresses of a service's targets, or the targets by name",
            (nodes, yes) -> nodes.srv(srv -> srv.addresses(yes)))
        .key(
            "file.interval",
            DURATION,
            "2s",
            "how often a file of nodes is looked at",
            NodesText::fileInterval);
  }

  static Section<?, ?> discovery() {
    return Section.of("discovery", Discovery::builder, Discovery.Builder::build, Options::discovery)
        .key(
            "first-answer",
            DURATION,
            "5s",
            "how long the start waits for the first answer of `dns:`, `srv:` or `file:`",
            Discovery.Builder::firstAnswer)
        .key(
            "confirm-after",
            DURATION,
            "2s",
            "how soon an answer that is missing nodes is asked for again",
            Discovery.Builder::confirmAfter)
        .key(
            "retry-after",
            DURATION,
            "1s",
            "how soon it is asked again after a failure; then ever later",
            Discovery.Builder::retryAfter)
        .key(
            "longest-retry",
            DURATION,
            "30s",
            "the longest of these pauses",
            Discovery.Builder::longestRetry)
        .key(
            "jitter",
            SHARE,
            "10%",
            "by what part of its time an answer is asked for later, by chance",
            Discovery.Builder::jitter);
  }
}
