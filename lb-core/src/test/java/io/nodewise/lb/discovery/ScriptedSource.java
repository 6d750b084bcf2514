package io.nodewise.lb.discovery;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A source that answers what it is told to, and counts how often it was asked. Thread-safe. */
public final class ScriptedSource implements NodeSource {

  /** One answer. */
  @FunctionalInterface
  public interface Answer {
    /** The nodes, or a failure. */
    List<Node> nodes() throws Exception;
  }

  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private final List<Answer> next = new ArrayList<>(); // under the monitor
  private volatile Answer last = List::of;
  private volatile Duration validFor = Duration.ofSeconds(30);
  private volatile @Nullable URI endpoint;
  private volatile @Nullable String certificateName;

  /** From now on these nodes. */
  public ScriptedSource finds(String... patterns) {
    List<Node> nodes = patterns.length == 0 ? List.of() : NodeSet.parse(patterns).nodes();
    return answers(() -> nodes);
  }

  /** From now on these nodes. */
  public ScriptedSource finds(List<Node> nodes) {
    return answers(() -> nodes);
  }

  /** From now on a failure. */
  public ScriptedSource fails(String message) {
    return answers(
        () -> {
          throw new IOException(message);
        });
  }

  /** From now on this. */
  public ScriptedSource answers(Answer answer) {
    last = answer;
    return this;
  }

  /** Once, before what it answers otherwise. */
  public synchronized ScriptedSource once(String... patterns) {
    List<Node> nodes = NodeSet.parse(patterns).nodes();
    next.add(() -> nodes);
    return this;
  }

  /** How long its answers hold. */
  public ScriptedSource validFor(Duration time) {
    validFor = time;
    return this;
  }

  /** What it says that requests name. */
  public ScriptedSource endpoint(String uri) {
    endpoint = URI.create(uri);
    return this;
  }

  /** What it says that certificates name. */
  public ScriptedSource certificateName(String name) {
    certificateName = name;
    return this;
  }

  /** How often it was asked. */
  public int asked() {
    return asked.get();
  }

  /** How often it was closed. */
  public int closed() {
    return closed.get();
  }

  @Override
  public Found nodes() throws Exception {
    asked.incrementAndGet();
    Answer answer;
    synchronized (this) {
      answer = next.isEmpty() ? last : next.remove(0);
    }
    return Found.of(answer.nodes(), validFor);
  }

  @Override
  public Optional<URI> endpoint() {
    return Optional.ofNullable(endpoint);
  }

  @Override
  public Optional<String> certificateName() {
    return Optional.ofNullable(certificateName);
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }

  @Override
  public String toString() {
    return "script";
  }
}
