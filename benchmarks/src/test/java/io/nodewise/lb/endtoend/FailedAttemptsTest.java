package io.nodewise.lb.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FailedAttemptsTest {
  @Test
  void eachIsToldWithItsReason() throws Exception {
    FailedAttempts failed = new FailedAttempts();
    try (LoadBalancer balancer =
        LoadBalancer.builder()
            .nodes("http://127.0.0.1:20001")
            .healthCheck(HealthCheck.none())
            .build()) {
      balancer.listeners().add(failed);
      for (Outcome outcome :
          new Outcome[] {
            Outcome.success(),
            Outcome.cancelled("given up"),
            Outcome.fault("reset of 127.0.0.1:20001 after 1234 ms"),
            Outcome.fault("reset of 127.0.0.1:20002 after 99 ms"),
            Outcome.load("503")
          }) {
        balancer.route(RequestHint.read()).next(false).end(outcome);
      }
      assertThat(failed.at("127.0.0.1:20001"))
          .containsOnly(
              Map.entry("FAULT (reset of the node after … ms)", 2), Map.entry("LOAD (503)", 1));
      assertThat(failed.at("127.0.0.1:20002")).isEmpty();
      failed.forget();
      assertThat(failed.at("127.0.0.1:20001")).isEmpty();
    }
  }

  @Test
  void adviceIsLeftOut() {
    assertThat(
            FailedAttempts.general(
                "FAULT (The connection was closed during the request. The request will usually"
                    + " succeed on a retry, but. Channel Information:"
                    + " ChannelDiagnostics(channel=[id: 0x1], requestCount=2, responseCount=1))"))
        .isEqualTo("FAULT (The connection was closed during the request. A used one)");
  }
}
