package io.nodewise.lb.cluster;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.SiteVerdict;
import io.nodewise.lb.routing.SiteFailover;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/*
 * A tier is first as long as it holds: a site while enough of its nodes are eligible, plain backup
 * nodes and those they stand behind while one is. Going on to the next is at once; going back waits
 * until the better site has held for a while. What the sites can do by their own account (cluster
 * verdicts) moves a site behind the others for that kind of request and never takes it out.
 */
/** Which tier is first, and what each can do. Under the registry's lock. */
public final class Sites {

  /** One tier. */
  private static final class Site {
    String name = ""; // that of its first node
    int nodes;
    int enabled;
    int eligible;
    boolean named;
    boolean holds;
    long holdsSince;
    boolean canWrite = true;
    boolean canRead = true;
  }

  /** One tier as it is now. */
  public record View(
      String name, int enabled, int eligible, boolean first, boolean canWrite, boolean canRead) {}

  /** What a count brought to light. */
  record Lead(String from, String to, String reason) {}

  private final SiteFailover failover;
  private final TreeMap<Integer, Site> byTier = new TreeMap<>();
  private @Nullable Integer first; // null before the first count

  Sites(SiteFailover failover) {
    this.failover = failover;
  }

  /** Counts the nodes anew; returns who leads now if that is another than before, else null. */
  @Nullable Lead count(Collection<LiveNode> nodes, long now) {
    for (Site site : byTier.values()) {
      site.nodes = 0;
      site.named = false;
      site.enabled = 0;
      site.eligible = 0;
    }
    for (LiveNode node : nodes) {
      Site site = byTier.computeIfAbsent(node.node().tier(), tier -> new Site());
      if (site.nodes == 0) {
        site.name = nameOf(node.node());
      }
      site.nodes++;
      site.named |= node.node().site().isPresent();
      if (node.health.isEnabled()) {
        site.enabled++;
        if (node.health.state().eligible()) {
          site.eligible++;
        }
      }
    }
    byTier.values().removeIf(site -> site.nodes == 0);
    for (Site site : byTier.values()) {
      boolean held = site.holds;
      site.holds = holds(site);
      if (site.holds && !held) {
        site.holdsSince = now;
      }
    }
    return lead(now);
  }

  static String nameOf(Node node) {
    return node.site().orElse("tier " + node.tier());
  }

  private boolean holds(Site site) {
    return site.eligible > 0
        && (!site.named || site.eligible >= site.enabled * failover.threshold());
  }

  private @Nullable Lead lead(long now) {
    Integer before = first;
    Integer best = null;
    for (var entry : byTier.entrySet()) {
      if (entry.getValue().holds && isTrusted(entry.getKey(), entry.getValue(), before, now)) {
        best = entry.getKey();
        break;
      }
    }
    if (best == null || best.equals(before)) {
      return null; // nobody holds: the order stays as it was
    }
    first = best;
    if (before == null) {
      return null;
    }
    Site from = byTier.get(before);
    Site to = byTier.get(best);
    if (from == null || to == null) {
      return null;
    }
    Site told = best > before ? from : to;
    return new Lead(
        from.name, to.name, told.name + " " + told.eligible + "/" + told.enabled + " eligible");
  }

  /** Whether it may be first: at once, unless that would be a return. */
  private boolean isTrusted(Integer tier, Site site, @Nullable Integer before, long now) {
    Site leader = before == null ? null : byTier.get(before);
    boolean isReturn = before != null && leader != null && leader.holds && tier < before;
    return !isReturn || !site.named || now - site.holdsSince >= failover.failBackAfter().toNanos();
  }

  /** Whether a site waits to be first again, so that it is to be counted when time has passed. */
  boolean isWaiting() {
    Integer leader = first;
    return leader != null
        && byTier.headMap(leader, false).values().stream().anyMatch(site -> site.holds);
  }

  /** What a site can do by its own account; returns what to tell, or null if that is no news. */
  @Nullable SiteVerdict say(int tier, boolean canWrite, boolean canRead, String reason) {
    Site site = byTier.get(tier);
    if (site == null || (site.canWrite == canWrite && site.canRead == canRead)) {
      return null;
    }
    site.canWrite = canWrite;
    site.canRead = canRead;
    return new SiteVerdict(site.name, canWrite, canRead, reason);
  }

  /** Whether the site can take writes, as far as it says. */
  boolean canWrite(int tier) {
    Site site = byTier.get(tier);
    return site == null || site.canWrite;
  }

  /** Whether the tier is a site and not just primary or backup nodes. */
  boolean isNamed(int tier) {
    Site site = byTier.get(tier);
    return site != null && site.named;
  }

  /** Whether the site can serve reads, as far as it says. */
  boolean canRead(int tier) {
    Site site = byTier.get(tier);
    return site == null || site.canRead;
  }

  /** The tiers in the order in which they are used. */
  List<Integer> order(boolean forReads) {
    List<Integer> order = new ArrayList<>();
    Integer leader = first;
    if (leader != null && byTier.containsKey(leader)) {
      order.add(leader);
    }
    byTier.keySet().stream().filter(tier -> !order.contains(tier)).forEach(order::add);
    List<Integer> able = new ArrayList<>();
    List<Integer> unable = new ArrayList<>();
    for (Integer tier : order) {
      boolean can = forReads ? canRead(tier) : canWrite(tier);
      (can ? able : unable).add(tier);
    }
    able.addAll(unable);
    return able;
  }

  /** All of them, in order of priority. */
  List<View> views() {
    List<View> views = new ArrayList<>();
    byTier.forEach(
        (tier, site) ->
            views.add(
                new View(
                    site.name,
                    site.enabled,
                    site.eligible,
                    tier.equals(first),
                    site.canWrite,
                    site.canRead)));
    return views;
  }
}
