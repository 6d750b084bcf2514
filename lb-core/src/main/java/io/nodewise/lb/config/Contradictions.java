package io.nodewise.lb.config;

import io.nodewise.lb.config.Section.Given;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with values of one option that can be read each, and which keys are to blame. The
 * option knows only its first fault, and not whose it is; so it is made of fewer and fewer of them
 * until the fault is gone, and then of all the others. One use, one thread.
 *
 * @param <D> the option's draft
 */
final class Contradictions<D> {
  private record Fault(String message, boolean isIncomplete) {}

  private final Consumer<List<Given<D>>> option;
  private final List<Given<D>> left;
  private boolean someAreLeftOut;

  /**
   * Of these values.
   *
   * @param option what makes the option of some of them, and may refuse
   * @param someAreLeftOut whether a key of the option had a value that can't be read
   */
  Contradictions(Consumer<List<Given<D>>> option, List<Given<D>> given, boolean someAreLeftOut) {
    this.option = option;
    this.left = new ArrayList<>(given);
    this.someAreLeftOut = someAreLeftOut;
  }

  void tell(List<Problem> problems) {
    Fault fault = fault(left);
    while (fault != null && !left.isEmpty()) {
      List<Given<D>> toBlame = toBlame(fault);
      if (!fault.isIncomplete() || !someAreLeftOut) {
        problems.add(new Problem(toBlame.stream().map(Given::key).toList(), fault.message()));
      }
      left.removeAll(toBlame);
      someAreLeftOut = true;
      fault = fault(left);
    }
  }

  /** Of the fewest that have this fault those without which nothing is wrong with the others. */
  private List<Given<D>> toBlame(Fault fault) {
    List<Given<D>> fewest = fewest(fault);
    List<Given<D>> culprits = new ArrayList<>();
    for (Given<D> one : fewest) {
      if (fault(without(one, fewest)) == null) {
        culprits.add(one);
      }
    }
    return culprits.isEmpty() ? fewest : culprits;
  }

  private List<Given<D>> fewest(Fault fault) {
    List<Given<D>> fewest = new ArrayList<>(left);
    boolean fewer = true;
    while (fewer) {
      fewer = false;
      for (Given<D> one : List.copyOf(fewest)) {
        List<Given<D>> others = without(one, fewest);
        if (fault.equals(fault(others))) {
          fewest = others;
          fewer = true;
        }
      }
    }
    return fewest.isEmpty() ? left : fewest;
  }

  private static <D> List<Given<D>> without(Given<D> one, List<Given<D>> all) {
    List<Given<D>> others = new ArrayList<>(all);
    others.remove(one);
    return others;
  }

  private @Nullable Fault fault(List<Given<D>> given) {
    try {
      option.accept(given);
      return null;
    } catch (IllegalArgumentException e) {
      return new Fault(Section.oneLine(e), e instanceof Incomplete);
    }
  }
}
