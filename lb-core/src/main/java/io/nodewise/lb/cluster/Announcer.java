package io.nodewise.lb.cluster;

import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.time.Tasks;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners of events, on the background thread and in the order of the calls; so it may be
 * called under a lock, and is. Thread-safe.
 */
public final class Announcer {
  private static final Logger log = LoggerFactory.getLogger(Announcer.class);

  private final Tasks tasks;
  private final List<LoadBalancerListener> listeners;

  Announcer(Tasks tasks, List<LoadBalancerListener> listeners) {
    this.tasks = tasks;
    this.listeners = new CopyOnWriteArrayList<>(listeners);
  }

  /** Hears of events from now on. */
  public void add(LoadBalancerListener listener) {
    listeners.add(listener);
  }

  /** Hears of no more events, but of one that is just being told. */
  @SuppressWarnings("ReferenceEquality") // this very one
  public void remove(LoadBalancerListener listener) {
    listeners.removeIf(one -> one == listener);
  }

  void tell(Consumer<LoadBalancerListener> event) {
    tasks.execute(() -> listeners.forEach(listener -> tell(listener, event)));
  }

  private static void tell(LoadBalancerListener listener, Consumer<LoadBalancerListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException | Error e) {
      log.warn("A listener failed: {}", e.toString(), e);
    }
  }
}
