package io.streamdistill.benchmarks.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.benchmarks.measure.Sample;
import io.streamdistill.benchmarks.report.Report;
import io.streamdistill.benchmarks.section.Run;
import io.streamdistill.benchmarks.step.StepFloor;
import io.streamdistill.benchmarks.step.StepShape;
import io.streamdistill.benchmarks.step.StepSubjects;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the whole pipeline costs: processor time of {@code distill produce}, teacher-service and
 * student-trainer per record, over that of both floors.
 *
 * <p>The three run at the same time, on the same cores, at a rate that two cores can take, and each
 * is counted by what went through itself. After a warm-up, windows of the pipeline alternate with
 * windows of the floors, during which the pipeline is held still; it catches up afterwards. Several
 * such turns, added up, are a round. The broker is not in the ratio, but in the figures; nor is the
 * start of a JVM. Trainer and student floor have one BLAS thread each, whatever {@code --threads}
 * says: threads of OpenBLAS spin while they wait for each other.
 */
final class CostPart {

  private static final String TRAINED = "distill_student_examples_total";
  private static final int WARM_UP_RECORDS =
      1_100_000; // compilers work that long, on what is left of two cores
  private static final int TURNS = 3; // in a round
  private static final Duration WINDOW = Duration.ofSeconds(2);
  private static final Duration FLOOR = Duration.ofMillis(600);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int BLAS_THREADS = 1; // a second one that waits spins, and that is no work
  private static final double RATE = 8_000; // what two cores can take, all three together

  private CostPart() {}

  static void measure(Run run, ObjectNode figures) throws Exception {
    run.say("whole pipeline against both floors, processor time");
    StepSubjects.prepare(BLAS_THREADS);
    Mnist mnist = Mnist.read(run.home());
    StepShape shape = new StepShape(784, List.of(800, 800), 10, Yaml.STUDENT_BATCH);
    Windows windows = new Windows();
    try (BenchCluster cluster = BenchCluster.start(run, "cost", Yaml.mnist(run));
        TeacherFloor teacherFloor =
            new TeacherFloor(Mnist.teacher(run.home()), mnist, Yaml.TEACHER_BATCH, run.threads())) {
      StepFloor studentFloor = new StepFloor(shape);
      Service teacher = cluster.teacher("teacher", Map.of());
      Service trainer =
          cluster.trainer("student", Map.of("student.threads", Integer.toString(BLAS_THREADS)));
      Service producer =
          cluster.start(
              "producer",
              "produce",
              List.of(
                  "--images", Mnist.images(run.home()).toString(),
                  "--labels", Mnist.labels(run.home()).toString(),
                  "--repeat", "1000",
                  "--rate", Double.toString(RATE)));
      cluster.awaitCount(trainer, TRAINED, WARM_UP_RECORDS, PATIENCE);
      List<Service> pipeline = List.of(producer, teacher, trainer);
      for (int turn = 0; turn < TURNS * run.rounds(); turn++) {
        windows.pipeline(cluster, producer, teacher, trainer);
        for (Service service : pipeline) {
          service.hold();
        }
        windows.teacherFloor.add(
            Usage.ofLoop(teacherFloor::score, teacherFloor.batchSize(), FLOOR));
        windows.studentFloor.add(Usage.ofLoop(studentFloor, shape.batch(), FLOOR));
        for (Service service : pipeline) {
          service.release();
        }
      }
      cluster.stop(producer);
      windows.report(run, figures);
      bytes(cluster, figures);
    }
  }

  private static void bytes(BenchCluster cluster, ObjectNode figures) throws InterruptedException {
    ObjectNode bytes = figures.putObject("bytes_per_record_on_broker");
    for (String topic :
        List.of(BenchCluster.TOPICS.transferSet(), BenchCluster.TOPICS.softTargets())) {
      bytes.put(topic, (double) cluster.sizes().bytes(topic) / cluster.sizes().offsets(topic));
    }
  }

  /** What every turn found. */
  private static final class Windows {
    private final List<Usage> producer = new ArrayList<>();
    private final List<Usage> teacher = new ArrayList<>();
    private final List<Usage> trainer = new ArrayList<>();
    private final List<Usage> broker = new ArrayList<>();
    private final List<Usage> teacherFloor = new ArrayList<>();
    private final List<Usage> studentFloor = new ArrayList<>();

    private void pipeline(
        BenchCluster cluster, Service producing, Service scoring, Service training)
        throws InterruptedException {
      String transferSet = BenchCluster.TOPICS.transferSet();
      long start = System.nanoTime();
      double produced = cluster.sizes().offsets(transferSet);
      double producerCpu = producing.cpuSeconds();
      double brokerCpu = cluster.broker().cpuSeconds();
      Usage.Moment scored = Usage.Moment.of(scoring, TeacherSection.SCORED);
      Usage.Moment trained = Usage.Moment.of(training, TRAINED);
      Thread.sleep(WINDOW.toMillis());
      double more = cluster.sizes().offsets(transferSet) - produced;
      double seconds = (System.nanoTime() - start) / 1e9;
      producer.add(new Usage(more, producing.cpuSeconds() - producerCpu, seconds));
      teacher.add(scored.usage());
      trainer.add(trained.usage());
      broker.add(new Usage(more, cluster.broker().cpuSeconds() - brokerCpu, seconds));
    }

    private void report(Run run, ObjectNode figures) {
      ObjectNode cost = figures.putObject("processor_time");
      double[] pipeline = new double[run.rounds()]; // processor seconds per 1,000 records
      double[] floor = new double[run.rounds()];
      add(pipeline, cost, "producer", producer);
      add(pipeline, cost, "teacher", teacher);
      add(pipeline, cost, "trainer", trainer);
      add(floor, cost, "teacher_floor", teacherFloor);
      add(floor, cost, "student_floor", studentFloor);
      List<Double> ratios = new ArrayList<>();
      for (int round = 0; round < pipeline.length; round++) {
        ratios.add(pipeline[round] / floor[round]);
      }
      run.report().ratio("pipeline.cpu", Sample.of(ratios));
      Report.figure(
          cost,
          "broker_cpu_seconds_per_1000_records_produced",
          Sample.of(Usage.rounds(broker, TURNS).stream().map(Usage::cpuPerThousand).toList()));
    }

    private static void add(double[] sums, ObjectNode cost, String name, List<Usage> windows) {
      List<Usage> rounds = Usage.rounds(windows, TURNS);
      TeacherSection.figure(cost.putObject(name), rounds);
      for (int round = 0; round < sums.length; round++) {
        sums[round] += rounds.get(round).cpuPerThousand();
      }
    }
  }
}
