package io.nodewise.lb;

import io.nodewise.lb.cluster.Announcer;
import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.observe.AttemptListener;
import java.util.Objects;

/**
 * Those who are told what happens in a load balancer, to add to or take from while it runs. Those
 * its builder was given hear from the beginning. Thread-safe; nothing to close.
 */
public final class Listeners {
  private final Announcer announcer;
  private final Observers observers;

  Listeners(Announcer announcer, Observers observers) {
    this.announcer = announcer;
    this.observers = observers;
  }

  /** Has the listener told of events from now on. */
  public void add(LoadBalancerListener listener) {
    announcer.add(Objects.requireNonNull(listener, "listener"));
  }

  /** The listener hears of no more events, but perhaps of one that is being told. */
  public void remove(LoadBalancerListener listener) {
    announcer.remove(listener);
  }

  /** Has the listener told of the attempts of requests that begin from now on. */
  public void add(AttemptListener listener) {
    observers.add(Objects.requireNonNull(listener, "listener"));
  }

  /** The listener hears of no more attempts, but perhaps of some that are being told. */
  public void remove(AttemptListener listener) {
    observers.remove(listener);
  }
}
