package io.nodewise.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;

/**
 * Every race a few hundred times, without jcstress: enough to see that each is right as it stands
 * and that its outcomes are listed, not enough to find the rare ones. For those there is {@code mvn
 * -Pstress verify}.
 */
@Timeout(60)
class RacesTest {
  /** So many take some tens of milliseconds for each race. */
  private static final int TIMES = 300;

  private static final ExecutorService THREADS = Executors.newCachedThreadPool();

  @AfterAll
  static void end() throws Exception {
    THREADS.shutdownNow();
    assertThat(THREADS.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  static Stream<Class<?>> races() {
    return Stream.of(
            LiveNodeRaces.class,
            AttemptRaces.class,
            ParkedRaces.class,
            RegistryRaces.class,
            RetryRaces.class)
        .flatMap(races -> Arrays.stream(races.getDeclaredClasses()))
        .filter(race -> race.isAnnotationPresent(JCStressTest.class));
  }

  private static List<Method> methods(Class<?> race, Class<? extends Annotation> role) {
    return Arrays.stream(race.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(role))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("races")
  void every_outcome_is_one_of_those_allowed(Class<?> race) throws Exception {
    boolean terminates = race.getAnnotation(JCStressTest.class).value() == Mode.Termination;
    for (int i = 0; i < TIMES; i++) {
      String outcome = terminates ? terminated(race) : raced(race);
      assertThat(allowed(race)).as("outcomes of %s", race.getSimpleName()).contains(outcome);
    }
  }

  private static List<String> allowed(Class<?> race) {
    return Arrays.stream(race.getAnnotationsByType(Outcome.class))
        .filter(outcome -> outcome.expect() != Expect.FORBIDDEN)
        .flatMap(outcome -> Arrays.stream(outcome.id()))
        .toList();
  }

  /** All actors at once, then the arbiter; what they noted down. */
  private static String raced(Class<?> race) throws Exception {
    Object state = race.getConstructor().newInstance();
    List<Method> actors = methods(race, Actor.class);
    List<Method> arbiters = methods(race, Arbiter.class);
    Object result = result(actors, arbiters);
    AtomicInteger missing = new AtomicInteger(actors.size());
    List<Future<?>> running = new ArrayList<>();
    for (Method actor : actors) {
      running.add(
          THREADS.submit(
              () -> {
                startTogether(missing);
                return call(actor, state, result);
              }));
    }
    for (Future<?> each : running) {
      each.get(30, TimeUnit.SECONDS);
    }
    for (Method arbiter : arbiters) {
      call(arbiter, state, result);
    }
    return result.toString();
  }

  /** Spinning: by the time a parked thread has been woken, the other one is through. */
  @SuppressWarnings("ThreadPriorityCheck") // only to lose less time where processors are few
  private static void startTogether(AtomicInteger missing) {
    missing.getAndDecrement();
    for (int spins = 1; missing.get() > 0; spins++) {
      if (spins % 10_000 == 0) {
        Thread.yield(); // the other one may need this processor
      } else {
        Thread.onSpinWait();
      }
    }
  }

  private static Object result(List<Method> actors, List<Method> arbiters) throws Exception {
    Optional<Class<?>> type =
        Stream.concat(actors.stream(), arbiters.stream())
            .flatMap(method -> Arrays.stream(method.getParameterTypes()))
            .findFirst();
    return type.orElseThrow().getConstructor().newInstance();
  }

  private static Object call(Method method, Object state, Object result) throws Exception {
    return method.getParameterCount() == 0 ? method.invoke(state) : method.invoke(state, result);
  }

  /** The actor waits, the signal ends that. */
  private static String terminated(Class<?> race) throws Exception {
    Object state = race.getConstructor().newInstance();
    Method actor = methods(race, Actor.class).get(0);
    Method signal = methods(race, Signal.class).get(0);
    Future<?> waiting = THREADS.submit(() -> actor.invoke(state));
    signal.invoke(state);
    try {
      waiting.get(10, TimeUnit.SECONDS);
      return "TERMINATED";
    } catch (TimeoutException e) {
      return "STALE";
    } catch (ExecutionException e) {
      return e.getCause().toString();
    }
  }
}
