package io.nodewise.lb.config;

import io.nodewise.lb.routing.BalancingPolicy;
import java.util.List;

/** Policies by name, with their arguments in parentheses. Stateless. */
final class PolicyText {
  static final ValueType<BalancingPolicy> POLICY =
      ValueType.of("[policy](#nodewisepolicy)", PolicyText::read);

  static final List<String> NAMES =
      List.of(
          "least-loaded",
          "power-of-two-choices",
          "round-robin",
          "random",
          "rendezvous",
          "sticky",
          "pin-until-error",
          "zone-aware",
          "subset");

  private PolicyText() {}

  static BalancingPolicy read(String text) {
    Call call = Call.of(text);
    return switch (call.name()) {
      case "least-loaded" -> {
        call.requireArguments(0, 1);
        yield call.arguments().isEmpty()
            ? BalancingPolicy.leastLoaded()
            : BalancingPolicy.leastLoaded(Values.COUNT.read(call.argument(0)));
      }
      case "power-of-two-choices" -> plain(call, BalancingPolicy.powerOfTwoChoices());
      case "round-robin" -> plain(call, BalancingPolicy.roundRobin());
      case "random" -> plain(call, BalancingPolicy.random());
      case "sticky" -> plain(call, BalancingPolicy.sticky());
      case "pin-until-error" -> plain(call, BalancingPolicy.pinUntilError());
      case "rendezvous" -> {
        call.requireArguments(0, 1);
        yield call.arguments().isEmpty()
            ? BalancingPolicy.rendezvous()
            : BalancingPolicy.rendezvous(Values.NUMBER.read(call.argument(0)));
      }
      case "zone-aware" -> {
        call.requireArguments(1, 2);
        yield BalancingPolicy.zoneAware(call.argument(0), within(call, 1));
      }
      case "subset" -> {
        call.requireArguments(2, 3);
        int size = Values.COUNT.read(call.argument(0));
        yield BalancingPolicy.subset(size, call.argument(1), within(call, 2));
      }
      default -> throw Values.unlike(text, "one of " + String.join(", ", NAMES));
    };
  }

  private static BalancingPolicy plain(Call call, BalancingPolicy policy) {
    call.requireArguments(0, 0);
    return policy;
  }

  private static BalancingPolicy within(Call call, int index) {
    return call.arguments().size() > index
        ? read(call.argument(index))
        : BalancingPolicy.leastLoaded();
  }
}
