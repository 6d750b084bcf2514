package io.nodewise.lb.routing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.nodewise.lb.node.RequestHint;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The node a session was on before; another one when that can't be had, and then that one, also
 * when the first is back: what a session has left behind on a node is worth most where it was last.
 */
final class Sticky implements Balancer {
  /** Sessions remembered; some hundred bytes each. Whoever is forgotten is placed anew. */
  private static final int SESSIONS = 100_000;

  private static final Duration IDLE = Duration.ofMinutes(30);

  private final Cache<Long, String> nodeOf =
      Caffeine.newBuilder().maximumSize(SESSIONS).expireAfterAccess(IDLE).build();

  private final Balancer placing;

  Sticky(Balancer placing) {
    this.placing = placing;
  }

  @Override
  public boolean yieldsAtShare() {
    return false;
  }

  @Override
  public Picker over(Candidate[] group) {
    Map<String, Candidate> byId = new HashMap<>();
    for (Candidate candidate : group) {
      byId.put(candidate.node().id(), candidate);
    }
    Picker place = placing.over(group);
    return (tried, hint, random) -> pick(byId, place, tried, hint, random);
  }

  private @Nullable Candidate pick(
      Map<String, Candidate> byId, Picker place, Tried tried, RequestHint hint, long random) {
    if (!hint.hasAffinity()) {
      return place.pick(tried, hint, random);
    }
    String id = nodeOf.getIfPresent(hint.affinity());
    Candidate before = id == null ? null : byId.get(id);
    if (before != null && Picker.open(before, tried)) {
      return before;
    }
    Candidate placed = place.pick(tried, hint, random);
    if (placed != null) {
      nodeOf.put(hint.affinity(), placed.node().id());
    }
    return placed;
  }
}
