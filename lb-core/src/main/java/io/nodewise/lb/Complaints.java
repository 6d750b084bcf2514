package io.nodewise.lb;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a user's code throws that must break no request: logged once for each kind. Thread-safe. */
final class Complaints {
  private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

  /** Of what throws something new every time no more kinds than that are logged. */
  private static final int MOST_KINDS = 16;

  private final String line;
  private final Set<Class<?>> kinds = ConcurrentHashMap.newKeySet();

  /** {@code whose}: what the log line begins with. */
  Complaints(String whose) {
    this.line = whose + " failed, further such failures are not logged";
  }

  void about(Throwable thrown) {
    if (kinds.size() < MOST_KINDS && kinds.add(thrown.getClass())) {
      log.warn(line, thrown);
    }
  }
}
