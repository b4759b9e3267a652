package io.streamdistill.student;

import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.student.learning.LearningMonitor;
import io.streamdistill.student.loop.BatchStep;
import io.streamdistill.student.loop.TrainingLoop;
import io.streamdistill.student.loop.Unpublished;
import io.streamdistill.student.publish.BackgroundPublisher;
import io.streamdistill.student.publish.StudentIdentity;
import io.streamdistill.student.scale.Measurer;
import io.streamdistill.student.source.BatchPrefetcher;
import io.streamdistill.student.source.ReadingReport;
import io.streamdistill.student.source.RejectedBefore;
import io.streamdistill.student.source.SoftTargetLog;
import java.time.Clock;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the parts of one student's training together, as often as training begins: at the start, and
 * after every recovery. What outlives a beginning is made once.
 */
final class TrainerAssembly {

  private static final Logger log = LoggerFactory.getLogger(TrainerAssembly.class);

  private final ConfiguredStudent student;
  private final StudentConfig config;
  private final Instruments instruments;
  private final Closers closers;
  private final StudentIdentity described;
  private final SoftTargetTopic softTargets;
  private final Publishing publishing;

  /** Connects; what is opened is closed by {@code closers}. */
  TrainerAssembly(
      ConfiguredStudent student, Cluster cluster, Instruments instruments, Closers closers) {
    this.student = student;
    this.config = student.config();
    this.instruments = instruments;
    this.closers = closers;
    String topic = cluster.topics().softTargets();
    described = student.identity(topic);
    softTargets =
        SoftTargetTopic.open(cluster.kafka(), topic, config, instruments.registry(), closers);
    closers.add(new KafkaClientMetrics(softTargets.consumer())).bindTo(instruments.registry());
    publishing = new Publishing(student, cluster, softTargets, instruments.registry(), closers);
  }

  /**
   * Where training begins.
   *
   * @param usable whether a checkpoint of the student is to be gone on from
   */
  StudentStart start(Predicate<CheckpointId> usable) {
    softTargets.refresh();
    return StudentStart.of(
        student, described, publishing, softTargets, scales -> built(scales, false), usable);
  }

  /**
   * Makes a start ready that has no student: by scales that are known, or that the log's first
   * records say.
   *
   * @param known scales of an earlier beginning; null: measures
   * @param stopping ends the wait for records
   * @return null when the wait was ended
   */
  @Nullable StudentStart ready(
      StudentStart start, @Nullable StudentScales known, BooleanSupplier stopping) {
    if (start.ready() != null) {
      return start;
    }
    StudentScales scales = known;
    if (scales == null) {
      scales =
          new Measurer(
                  softTargets.at(start.progress().position(), null),
                  config.features(),
                  student.task(),
                  config.maxWeight(),
                  instruments.report(),
                  Clock.systemUTC())
              .measure(config.objective().choice(student.plan().outputWidth()), stopping);
    }
    return scales == null ? null : start.measured(scales, built(scales, true));
  }

  private TrainableStudent built(StudentScales scales, boolean anew) {
    TrainableStudent built = student.build(scales, anew);
    log.info(
        "training {} parameters with the {} step, batches of {}",
        student.plan().parameters(),
        built.label(),
        student.batchSize().most());
    return closers.add(built);
  }

  /** Training from {@code start}, which is ready. */
  Training training(StudentStart start) {
    StudentStart.Ready ready = start.ready();
    if (ready == null) {
      throw new IllegalArgumentException("the start has not been measured");
    }
    SoftTargetLog source = softTargets.at(start.progress().position(), null);
    BackgroundPublisher publisher =
        closers.add(publishing.publisher(described.begun(ready.scales(), start.origin()), start));
    RejectedBefore rejectedBefore = new RejectedBefore(softTargets.committed());
    LearningMonitor monitor =
        new LearningMonitor(
            config.learning(),
            config.objective().config(ready.scales()),
            ready.scales(),
            student.task().classes().count(),
            start.progress().step(),
            start.learning());
    ReadingReport report = instruments.report();
    report.watch(source);
    TrainingLoop loop =
        new TrainingLoop(
            new BatchPrefetcher(
                source,
                student.batches(
                    source,
                    publishing.holdOut(),
                    start.progress().examplesSeen(),
                    rejectedBefore,
                    report),
                ready.student()::newBatch),
            new BatchStep(
                ready.student(),
                student.learningRate(),
                start.learning().rateFactor(),
                config.log().passes()),
            new Unpublished(publisher, config.checkpoint(), start.progress(), Clock.systemUTC()),
            rejectedBefore,
            instruments.metrics(),
            monitor,
            start.progress());
    return new Training(start, loop, monitor, publisher);
  }

  /** With what suits the network in the place of what was left open. */
  StudentConfig config() {
    return config;
  }

  /** What is said of the log while it is read. */
  ReadingReport report() {
    return instruments.report();
  }

  /** How long Kafka has not answered. */
  Duration silence() {
    return softTargets.silence();
  }
}
