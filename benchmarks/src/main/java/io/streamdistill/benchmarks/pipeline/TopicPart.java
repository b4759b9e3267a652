package io.streamdistill.benchmarks.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamdistill.benchmarks.measure.Sample;
import io.streamdistill.benchmarks.report.Report;
import io.streamdistill.benchmarks.section.Run;
import io.streamdistill.benchmarks.step.StepOptimizer;
import io.streamdistill.benchmarks.step.StepShape;
import io.streamdistill.student.TrainerService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Training from the topic against training from memory: records per second of the whole
 * student-trainer, reading, decoding, merging, counting and all, over those of its step alone, fed
 * with decoded batches. The same net, optimizer and threads.
 *
 * <p>Both run in this JVM, in turn: a new trainer in every round, measured from one step to another
 * some seconds later, so that neither its start nor its last checkpoint counts. Broker and teacher
 * are processes of their own; the teacher has ended before.
 */
final class TopicPart {

  private static final int RECORDS = 60_000;
  private static final Duration WINDOW = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long POLL_NANOS = 1_000_000;
  private static final int FIRST_STEPS = 10;

  private TopicPart() {}

  static void measure(Run run, ObjectNode figures) throws Exception {
    Mnist mnist = Mnist.read(run.home());
    try (BenchCluster cluster = BenchCluster.start(run, "topic", Yaml.mnist(run))) {
      run.say("training from the topic: preparing soft targets");
      cluster.produce(mnist, RECORDS);
      Service teacher = cluster.teacher("teacher", Map.of());
      cluster.awaitCount(teacher, TeacherSection.SCORED, RECORDS, PATIENCE);
      cluster.stop(teacher); // commits
      for (int batch : new int[] {512, 128}) {
        run.say("training from the topic and from memory, batch %d".formatted(batch));
        measure(run, cluster, mnist, batch, figures);
      }
    }
  }

  private static void measure(
      Run run, BenchCluster cluster, Mnist mnist, int batch, ObjectNode figures)
      throws InterruptedException {
    StepShape shape = new StepShape(784, List.of(800, 800), 10, batch);
    List<Double> topic = new ArrayList<>();
    List<Double> memory = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    try (MemoryFed fed = new MemoryFed(mnist, shape, StepOptimizer.NESTEROV)) {
      for (int round = -1; round < run.rounds(); round++) { // the first one warms up
        double before = fed.rate(WINDOW.dividedBy(2));
        double fromTopic = fromTopic(cluster, batch, "topic-%d-%d".formatted(batch, round + 1));
        double after = fed.rate(WINDOW.dividedBy(2));
        if (round >= 0) {
          topic.add(fromTopic);
          memory.add((before + after) / 2);
          ratios.add(fromTopic / ((before + after) / 2));
        }
      }
    }
    String suffix = batch == Yaml.STUDENT_BATCH ? "" : "." + batch;
    run.report().ratio("topic.vs.memory" + suffix, Sample.of(ratios));
    ObjectNode node = figures.putObject("training batch " + batch);
    Report.figure(node, "records_per_second_from_topic", Sample.of(topic));
    Report.figure(node, "records_per_second_from_memory", Sample.of(memory));
  }

  /** Records per second of a new trainer that goes round and round the log. */
  private static double fromTopic(BenchCluster cluster, int batch, String student)
      throws InterruptedException {
    TrainerView view =
        TrainerView.of(
            cluster,
            Map.of(
                "student.name", student,
                "student.batch-size", Integer.toString(batch),
                "student.log.pass-examples", Integer.toString(RECORDS),
                "student.http.port", "0",
                "student.checkpoint.work-dir", cluster.directory().resolve(student).toString()));
    try (TrainerService trainer = view.start()) {
      long firstStep = awaitStep(trainer, FIRST_STEPS);
      long start = System.nanoTime();
      LockSupport.parkNanos(WINDOW.toNanos());
      long lastStep = awaitStep(trainer, trainer.progress().step() + 1);
      double seconds = (System.nanoTime() - start) / 1e9;
      return (lastStep - firstStep) * batch / seconds;
    }
  }

  /** Waits until the trainer has just taken a step, the {@code atLeast}-th or a later one. */
  private static long awaitStep(TrainerService trainer, long atLeast) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long step;
    while ((step = trainer.progress().step()) < atLeast) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "the trainer has taken %d steps in %s".formatted(step, PATIENCE));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return step;
  }
}
