package io.nodewise.lb.discovery;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupFailedException;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;
import org.xbill.DNS.lookup.ServerFailedException;

/*
 * Here dnsjava ends: names, records and the walk along aliases and search domains are its work; what
 * goes over the wire is ours (NameServers), so that no thread and no socket is left behind.
 */
/** The questions of one look, with one time for them all and one TTL, the least. One thread. */
final class DnsLook {
  private final LookupSession session;
  private final NameServers servers;

  DnsLook(DnsOptions options, DnsSystem system) {
    servers = new NameServers(system.servers(options.servers), options.timeout);
    session =
        LookupSession.builder()
            .resolver(servers)
            .ndots(system.ndots())
            .searchPath(system.searchPath())
            .executor(Runnable::run)
            .build();
  }

  /**
   * The addresses of one kind; none if the name has none of them.
   *
   * @throws NoSuchNameException if there is no such name
   * @throws IOException if that can't be found out
   */
  List<InetAddress> addresses(String name, boolean v4) throws IOException {
    List<InetAddress> found = new ArrayList<>();
    for (Record each : ask(name, v4 ? Type.A : Type.AAAA)) {
      if (each instanceof ARecord a) {
        found.add(a.getAddress());
      } else if (each instanceof AAAARecord aaaa) {
        found.add(aaaa.getAddress());
      }
    }
    return found;
  }

  /** The services of a name; as {@link #addresses}. */
  List<SrvEntry> services(String name) throws IOException {
    List<SrvEntry> found = new ArrayList<>();
    for (Record each : ask(name, Type.SRV)) {
      if (each instanceof SRVRecord srv && !srv.getTarget().equals(Name.root)) {
        String target = srv.getTarget().toString(true);
        found.add(new SrvEntry(srv.getPriority(), srv.getWeight(), srv.getPort(), target));
      }
    }
    return found;
  }

  private List<Record> ask(String name, int type) throws IOException {
    Name asked;
    try {
      asked = Name.fromString(name);
    } catch (TextParseException e) {
      throw new IOException(name + ": no name that name servers know of", e);
    }
    try {
      return session.lookupAsync(asked, type).toCompletableFuture().join().getRecords();
    } catch (CompletionException | LookupFailedException e) {
      Throwable cause = e instanceof CompletionException ? e.getCause() : e;
      if (cause instanceof NoSuchDomainException) {
        throw new NoSuchNameException(name);
      } else if (cause instanceof NoSuchRRSetException) {
        return List.of();
      }
      throw new IOException(name + ": " + reason(cause), e);
    }
  }

  private static String reason(@Nullable Throwable cause) {
    if (cause instanceof ServerFailedException) {
      return "the name server failed (SERVFAIL)";
    }
    String message = cause == null ? "no answer" : cause.getMessage();
    return message == null ? String.valueOf(cause) : message;
  }

  /** The least TTL of all the records that answered so far. */
  Duration ttl() {
    return servers.leastTtl();
  }

  /** That a name does not exist, said by a server that knows. */
  static final class NoSuchNameException extends IOException {
    private static final long serialVersionUID = 1;

    NoSuchNameException(String name) {
      super(name + ": no such name (NXDOMAIN)");
    }
  }

  /** One record of a service. */
  record SrvEntry(int priority, int weight, int port, String target) {}
}
