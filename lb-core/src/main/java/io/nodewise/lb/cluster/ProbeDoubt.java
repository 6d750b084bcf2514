package io.nodewise.lb.cluster;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.time.Tasks;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once when the probes of all nodes fail alike, and so are not believed. Under the lock. */
final class ProbeDoubt {
  private static final Logger log = LoggerFactory.getLogger(ProbeDoubt.class);

  private final HealthCheck check;
  private final Tasks tasks;
  private @Nullable String said; // what they failed with when that was last logged

  ProbeDoubt(HealthCheck check, Tasks tasks) {
    this.check = check;
    this.tasks = tasks;
  }

  void look(Collection<LiveNode> nodes) {
    String alike = Census.failAlike(nodes);
    if (alike == null || alike.equals(said)) {
      return;
    }
    said = alike;
    int count = nodes.size();
    tasks.execute(
        () ->
            log.warn(
                "The probes of all {} nodes fail alike ({}), so they are not believed; is {} the"
                    + " right question, with the right Host?",
                count,
                alike,
                check));
  }
}
