/**
 * Client-side load balancing: node sets, health, selection, attempts. No HTTP client of its own.
 */
@SuppressWarnings("module") // the adapters are not there when this is compiled
@org.jspecify.annotations.NullMarked
module io.nodewise.lb {
  requires jdk.jfr;
  requires org.slf4j;
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;
  requires io.github.resilience4j.circuitbreaker;
  requires com.github.benmanes.caffeine;
  requires org.apache.httpcomponents.core5.httpcore5;
  requires org.dnsjava;

  exports io.nodewise.lb;
  exports io.nodewise.lb.config;
  exports io.nodewise.lb.discovery;
  exports io.nodewise.lb.node;
  exports io.nodewise.lb.observe;
  exports io.nodewise.lb.health;
  exports io.nodewise.lb.retry;
  exports io.nodewise.lb.routing;
  exports io.nodewise.lb.hedge to
      io.nodewise.lb.awssdk,
      io.nodewise.lb.okhttp;
}
