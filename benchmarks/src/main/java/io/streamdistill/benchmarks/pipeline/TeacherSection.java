package io.streamdistill.benchmarks.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.benchmarks.measure.Sample;
import io.streamdistill.benchmarks.report.Report;
import io.streamdistill.benchmarks.section.Run;
import io.streamdistill.benchmarks.section.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The teacher-service's processor time per record, over that of ONNX Runtime on ready batches.
 *
 * <p>The service is a process of its own that always has a backlog. It has scored 800,000 before
 * the first window, so that the start of the JVM and most of its compiler's work are not in the
 * figures. It is measured for a while, from one reading of its counter to the next, then held still
 * while the floor runs: the two never compete, and what drifts, drifts for both. Several such
 * turns, added up, are a round.
 */
public final class TeacherSection implements Section {

  static final String SCORED = "distill_teacher_scored_total";

  private static final long WARM_UP_RECORDS = 800_000;
  private static final int TURNS = 2; // in a round
  private static final Duration WINDOW = Duration.ofSeconds(2);
  private static final Duration FLOOR = Duration.ofSeconds(1);
  private static final long FIRST_BACKLOG = 60_000;

  @Override
  public String name() {
    return "teacher";
  }

  @Override
  public void run(Run run) throws Exception {
    run.say("teacher-service on a backlog, against ONNX Runtime on ready batches");
    Mnist mnist = Mnist.read(run.home());
    try (BenchCluster cluster = BenchCluster.start(run, name(), Yaml.mnist(run));
        TeacherFloor floor =
            new TeacherFloor(Mnist.teacher(run.home()), mnist, Yaml.TEACHER_BATCH, run.threads())) {
      long produced = cluster.produce(mnist, FIRST_BACKLOG).examples();
      Service teacher = cluster.teacher("teacher", Map.of());
      List<Usage> floors = new ArrayList<>();
      List<Usage> services = new ArrayList<>();
      double rate = 0; // not known yet
      while (services.size() < TURNS * run.rounds()) {
        Usage.Moment start = Usage.Moment.of(teacher, SCORED);
        Thread.sleep(WINDOW.toMillis());
        Usage service = start.usage();
        boolean counts = start.records() >= WARM_UP_RECORDS;
        double scored = start.records() + service.records();
        if (counts && produced - scored < 1) {
          throw new IllegalStateException("the backlog was used up within a window");
        }
        rate = Math.max(rate, service.rate());
        long needed = (long) (scored + 3 * rate * WINDOW.toSeconds() + FIRST_BACKLOG);
        if (!counts && produced < needed) {
          produced += cluster.produce(mnist, needed - produced).examples();
        }
        teacher.hold();
        if (produced < needed) { // little, so that it is not held for long
          produced += cluster.produce(mnist, needed - produced).examples();
        }
        Usage beside = Usage.ofLoop(floor::score, floor.batchSize(), FLOOR);
        teacher.release();
        if (counts) {
          services.add(service);
          floors.add(beside);
        }
      }
      report(run, Usage.rounds(services, TURNS), Usage.rounds(floors, TURNS));
    }
  }

  private void report(Run run, List<Usage> services, List<Usage> floors) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < services.size(); i++) {
      ratios.add(services.get(i).cpuPerThousand() / floors.get(i).cpuPerThousand());
    }
    run.report().ratio("teacher.cpu", Sample.of(ratios));
    ObjectNode figures = run.figures(this).put("batch", Yaml.TEACHER_BATCH);
    figure(figures.putObject("service"), services);
    figure(figures.putObject("floor"), floors);
  }

  /** Adds processor time and rate of every round. */
  static void figure(ObjectNode into, List<Usage> rounds) {
    Report.figure(
        into,
        "cpu_seconds_per_1000_records",
        Sample.of(rounds.stream().map(Usage::cpuPerThousand).toList()));
    Report.figure(into, "records_per_second", Sample.of(rounds.stream().map(Usage::rate).toList()));
  }
}
