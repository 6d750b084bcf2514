package io.nodewise.lb.probe;

import static io.nodewise.lb.probe.ProberFixture.exact;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.VirtualTasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * In optimistic mode a node rests only when it is well and no suspicion is open, whatever came
 * before: random courses of suspicions, results in any order, failures of our own, and paces.
 */
class ProberRestTest {
  private static final int COURSES = 300;
  private static final int STEPS = 200;
  private static final List<Pace> PACES = List.of(Pace.STEADY, Pace.FAST, Pace.BACK_OFF);

  private record UnderWay(long startedAt, Consumer<ProbeResult> done) {}

  private static final class Course implements ProbeClient, Prober.Sink {
    private final Node a = Node.of("http://a:9000");
    private final VirtualTasks tasks = new VirtualTasks();
    private final List<UnderWay> underWay = new ArrayList<>();
    private final Random random;
    private final Prober prober;
    private @Nullable Pace lastPace;
    private long toldOf; // when the probe began that was told last
    private long doubtedAt;
    private int rests;

    Course(long seed) {
      random = new Random(seed);
      Tasks late = // so that a probe may begin between a suspicion and its arrival
          new Tasks() {
            @Override
            public Scheduled schedule(Duration delay, Runnable task) {
              return tasks.schedule(delay.plusMillis(20), task);
            }

            @Override
            public void close() {}
          };
      HealthCheck check = exact().optimistic(true).interval(Duration.ofSeconds(2)).build();
      prober = new Prober(check, this, late, tasks, random::nextLong, this);
      doubtedAt = tasks.read();
      prober.track(List.of(a));
    }

    @Override
    public void probe(
        Node node, HealthCheck check, @Nullable Probe question, Consumer<ProbeResult> done) {
      underWay.add(new UnderWay(tasks.read(), done));
    }

    @Override
    public Pace probed(Node node, ProbeResult result) {
      toldOf = Long.parseLong(result.reason());
      Pace any = PACES.get(random.nextInt(3));
      lastPace = result.isUp() || any != Pace.STEADY ? any : Pace.FAST;
      return lastPace;
    }

    void step() {
      switch (random.nextInt(6)) {
        case 0 -> {
          doubtedAt = tasks.read();
          prober.probeNow(a);
        }
        case 1 -> tasks.advance(Duration.ofMillis(random.nextInt(30)));
        case 2 -> tasks.advance(Duration.ofMillis(random.nextInt(3000)));
        default -> {
          if (!underWay.isEmpty()) {
            UnderWay ended = underWay.remove(random.nextInt(underWay.size()));
            String startedAt = Long.toString(ended.startedAt());
            Duration took = Duration.ZERO;
            ended
                .done()
                .accept(
                    switch (random.nextInt(3)) {
                      case 0 -> ProbeResult.up(startedAt, took);
                      case 1 -> ProbeResult.down(Evidence.ANSWERED, startedAt, took);
                      default -> ProbeResult.down(Evidence.LOCAL, "no socket", took);
                    });
          }
        }
      }
    }

    void assertRestsForAReason(String course) {
      if (tasks.pending() > 0 || !underWay.isEmpty()) {
        return;
      }
      rests++;
      assertThat(lastPace).as(course).isEqualTo(Pace.STEADY);
      assertThat(toldOf - doubtedAt).as(course).isPositive();
    }

    @Override
    public void close() {}
  }

  @Test
  void a_node_rests_only_when_it_is_well_and_nobody_doubts_it() {
    int rests = 0;
    for (int seed = 0; seed < COURSES; seed++) {
      Course course = new Course(seed);
      for (int step = 0; step < STEPS; step++) {
        course.step();
        course.assertRestsForAReason("seed " + seed + ", step " + step);
        assertThat(course.underWay).as("seed %s", seed).hasSizeLessThanOrEqualTo(2);
      }
      rests += course.rests;
    }
    assertThat(rests).as("it does rest").isGreaterThan(COURSES);
  }
}
