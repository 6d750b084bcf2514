package io.nodewise.lb.config;

import io.nodewise.lb.discovery.DnsSource;
import io.nodewise.lb.discovery.FileSource;
import io.nodewise.lb.discovery.NodeSource;
import io.nodewise.lb.discovery.SrvSource;
import io.nodewise.lb.node.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where the nodes come from, while its keys are read. Not thread-safe. */
final class NodesText {
  /** Nodes, or where to ask for them. */
  record Where(Kind kind, String text, List<Node> nodes) {}

  enum Kind {
    NODES,
    DNS,
    SRV,
    FILE
  }

  static final ValueType<Where> WHERE = ValueType.of("[nodes](#nodes-as-text)", NodesText::where);

  static final ValueType<String[]> LIST =
      ValueType.of("list", text -> Values.list(text, ",").toArray(String[]::new));

  private @Nullable Where where;
  private final List<Consumer<DnsSource.Builder>> ofDns = new ArrayList<>();
  private final List<Consumer<SrvSource.Builder>> ofSrv = new ArrayList<>();
  private final List<Consumer<FileSource.Builder>> ofFile = new ArrayList<>();
  private boolean onlyDns;
  private boolean onlySrv;
  private boolean eitherName;

  private static Where where(String text) {
    int colon = text.indexOf(':');
    String rest = text.substring(colon + 1).strip();
    return switch (colon < 0 ? "" : text.substring(0, colon)) {
      case "dns" -> new Where(Kind.DNS, rest, List.of());
      case "srv" -> new Where(Kind.SRV, rest, List.of());
      case "file" -> new Where(Kind.FILE, rest, List.of());
      default -> new Where(Kind.NODES, text, NodeText.NODES.read(text));
    };
  }

  void where(Where place) {
    where = place;
  }

  /** For a setting of names' addresses alone. */
  void dns(Consumer<DnsSource.Builder> setting) {
    onlyDns = true;
    ofDns.add(setting);
  }

  /** For a setting of services alone. */
  void srv(Consumer<SrvSource.Builder> setting) {
    onlySrv = true;
    ofSrv.add(setting);
  }

  /** For a setting that names and services have alike. */
  <T> void both(
      T value, BiConsumer<DnsSource.Builder, T> dns, BiConsumer<SrvSource.Builder, T> srv) {
    eitherName = true;
    ofDns.add(builder -> dns.accept(builder, value));
    ofSrv.add(builder -> srv.accept(builder, value));
  }

  void fileInterval(Duration interval) {
    ofFile.add(builder -> builder.interval(interval));
  }

  /** What is to be set: the nodes, or a source, which nobody has asked yet. */
  Consumer<Options> build() {
    Kind kind = where == null ? Kind.NODES : where.kind();
    require(!eitherName || kind == Kind.DNS || kind == Kind.SRV, "dns: or srv:");
    require(!onlyDns || kind == Kind.DNS, "dns:");
    require(!onlySrv || kind == Kind.SRV, "srv:");
    require(kind == Kind.FILE || ofFile.isEmpty(), "file:");
    if (where == null) {
      return options -> {};
    }
    List<Node> nodes = where.nodes();
    NodeSource source = source(where);
    return source == null ? options -> options.nodes(nodes) : options -> options.nodeSource(source);
  }

  private static void require(boolean holds, String prefix) {
    if (!holds) {
      throw new Incomplete("no effect (expected: nodewise.nodes that begins with " + prefix + ")");
    }
  }

  private @Nullable NodeSource source(Where place) {
    switch (place.kind()) {
      case DNS:
        DnsSource.Builder dns = DnsSource.builder(place.text());
        ofDns.forEach(setting -> setting.accept(dns));
        return dns.build();
      case SRV:
        int slashes = place.text().indexOf("://");
        if (slashes < 0) {
          throw Values.unlike(place.text(), "http://_service._tcp.name or https://…");
        }
        SrvSource.Builder srv =
            SrvSource.builder(
                place.text().substring(0, slashes), place.text().substring(slashes + 3));
        ofSrv.forEach(setting -> setting.accept(srv));
        return srv.build();
      case FILE:
        FileSource.Builder file = FileSource.builder(Values.FILE.read(place.text()));
        ofFile.forEach(setting -> setting.accept(file));
        return file.build();
      default:
        return null;
    }
  }
}
