package io.nodewise.lb.cluster;

import io.nodewise.lb.routing.Backups;
import io.nodewise.lb.routing.Balancer;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.RoutingTable;
import io.nodewise.lb.time.Tasks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The levels of a table, best first; see RoutingTable for what a level is:
 *
 *   each site in the order that Sites gives;       the eligible, then those that asked for a pause
 *   nodes without a site, backups included, are one
 *   writes only                                    nodes that say they can only be read
 *   in panic, or where nothing else is left        those that drain by their own probe
 *   the same                                       those out on soft evidence
 *   where all that is empty                        the only node, if there is only one
 *
 * Every rule puts somebody behind somebody else. Out of the table in any case are only nodes that an
 * operator took out, and those that certainly refuse or hang. So no rule about probes, faults or
 * verdicts can empty it.
 */
/** Makes the routing table from the states of the nodes: a pure function. */
final class Tables {
  private static final Logger log = LoggerFactory.getLogger(Tables.class);

  private final Collection<LiveNode> nodes;
  private final Sites sites;
  private final Backups backups;
  private final double panicThreshold;

  private Tables(Collection<LiveNode> nodes, Sites sites, Backups backups, double panicThreshold) {
    this.nodes = nodes;
    this.sites = sites;
    this.backups = backups;
    this.panicThreshold = panicThreshold;
  }

  static RoutingTable of(Collection<LiveNode> nodes, Sites sites, Order order, Balancer balancer) {
    Tables tables = new Tables(nodes, sites, order.backups(), order.panicThreshold());
    int spillsAt =
        balancer.yieldsAtShare() ? order.limits().spillsAt(nodes.size()) : Integer.MAX_VALUE;
    return RoutingTable.of(tables.levels(true), tables.levels(false), balancer, spillsAt);
  }

  /** The same; where the balancer, which may be a user's, fails, with the default policy's. */
  static RoutingTable madeBy(
      Balancer balancer, Collection<LiveNode> nodes, Sites sites, Order order, Tasks tasks) {
    try {
      return of(nodes, sites, order, balancer);
    } catch (RuntimeException e) {
      tasks.execute(() -> log.error("The balancing policy failed, so the default one chooses", e));
      return of(nodes, sites, order, BalancingPolicy.leastLoaded().newBalancer());
    }
  }

  private List<List<List<LiveNode>>> levels(boolean forReads) {
    List<List<List<LiveNode>>> levels = new ArrayList<>();
    List<List<LiveNode>> siteless = new ArrayList<>();
    for (Integer tier : sites.order(forReads)) {
      List<List<LiveNode>> groups = eligible(tier, forReads);
      if (sites.isNamed(tier)) {
        levels.add(groups);
      } else {
        if (siteless.isEmpty()) {
          levels.add(siteless);
        }
        siteless.addAll(groups);
      }
    }
    if (!forReads) {
      levels.add(List.of(those(node -> isFit(node, true) && node.health.isReadOnly())));
    }
    boolean isEmpty = levels.stream().flatMap(List::stream).allMatch(List::isEmpty);
    if (isEmpty || Census.isPanic(nodes, panicThreshold)) {
      List<LiveNode> draining = those(node -> node.health.drainsItself());
      List<LiveNode> softlyOut = those(node -> node.health.isSoftlyOut());
      levels.add(List.of(draining));
      levels.add(List.of(softlyOut));
      if (isEmpty && draining.isEmpty() && softlyOut.isEmpty() && nodes.size() == 1) {
        levels.add(List.of(those(node -> node.health.isEnabled())));
      }
    }
    return levels;
  }

  private List<LiveNode> those(Predicate<LiveNode> condition) {
    return nodes.stream().filter(condition).toList();
  }

  private static boolean isFit(LiveNode node, boolean forReads) {
    return node.health.state().eligible() && (forReads || !node.health.isReadOnly());
  }

  private List<List<LiveNode>> eligible(int tier, boolean forReads) {
    List<LiveNode> all = those(node -> node.node().tier() == tier && isFit(node, forReads));
    List<LiveNode> ready = all.stream().filter(node -> !node.health.isPaused()).toList();
    if (ready.size() < all.size() * panicThreshold) {
      ready = all; // where most ask for a pause, the rest can't do their work
    }
    List<List<LiveNode>> groups = new ArrayList<>();
    if (backups == Backups.FIRST && tier > 0 && !sites.isNamed(tier)) {
      ready.forEach(node -> groups.add(List.of(node)));
    } else {
      groups.add(ready);
    }
    if (ready != all) {
      groups.add(all.stream().filter(node -> node.health.isPaused()).toList());
    }
    return groups;
  }
}
