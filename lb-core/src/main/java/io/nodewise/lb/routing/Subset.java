package io.nodewise.lb.routing;

import io.nodewise.lb.node.StableHash;
import java.util.Arrays;
import java.util.Comparator;

/*
 * Each client draws its own few nodes by rendezvous hashing of its name and theirs, as gRPC's random
 * subsetting does (gRFC A68): the same client draws the same nodes everywhere and for ever, a node
 * that goes takes one place in the subsets it was in, and clients need no number. Drawn among the
 * nodes that can be used, so a subset never runs dry; the others come after it.
 */
/** A few nodes of a large set, the same ones for the same client. */
final class Subset implements Balancer {
  private final int size;
  private final long client;
  private final Balancer within;

  Subset(int size, String client, Balancer within) {
    this.size = size;
    this.client = StableHash.of(client);
    this.within = within;
  }

  @Override
  public boolean yieldsAtShare() {
    return within.yieldsAtShare();
  }

  @Override
  public Picker over(Candidate[] group) {
    if (group.length <= size) {
      return within.over(group);
    }
    Candidate[] ranked = group.clone();
    Arrays.sort(
        ranked,
        Comparator.comparingLong(
            (Candidate candidate) -> StableHash.mix(candidate.hash(), client)));
    Picker first = within.over(Arrays.copyOf(ranked, size));
    Picker rest = within.over(Arrays.copyOfRange(ranked, size, ranked.length));
    return (tried, hint, random) -> {
      Candidate picked = first.pick(tried, hint, random);
      return picked != null ? picked : rest.pick(tried, hint, random);
    };
  }
}
