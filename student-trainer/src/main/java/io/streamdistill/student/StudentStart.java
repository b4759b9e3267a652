package io.streamdistill.student;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.LearningRecord;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.Origin;
import io.streamdistill.checkpoints.format.StudentScales;
import io.streamdistill.engine.TrainableStudent;
import io.streamdistill.student.learning.LearningState;
import io.streamdistill.student.publish.InitFrom;
import io.streamdistill.student.publish.Lineage;
import io.streamdistill.student.publish.Progress;
import io.streamdistill.student.publish.Resumption;
import io.streamdistill.student.publish.Resumption.Resumed;
import io.streamdistill.student.publish.StudentIdentity;
import io.streamdistill.student.publish.WarmStart;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where training begins: at the student's newest checkpoint; without one, at the beginning of the
 * log, with the weights of {@code student.init-from}, or with random ones.
 *
 * @param progress that training goes on from
 * @param resumedFrom version of the student's checkpoint; null when training begins
 * @param origin checkpoint of another student that the first weights came from; null when there is
 *     none
 * @param ready what is trained, and by which scales; null when the log has to be measured first
 * @param learning how learning went until then
 * @param lineage in which order the records were taken until then
 */
record StudentStart(
    Progress progress,
    @Nullable String resumedFrom,
    @Nullable Origin origin,
    @Nullable Ready ready,
    LearningRecord learning,
    Lineage lineage) {

  private static final Logger log = LoggerFactory.getLogger(StudentStart.class);

  private static final List<String> TRAINING = List.of("learning-rate", "optimizer", "objective");

  private static final LearningRecord NOTHING_YET =
      new LearningRecord(LearningState.STARTING.label(), "no step has been taken", List.of());

  /** A student that can be trained. */
  record Ready(StudentScales scales, TrainableStudent student) {}

  /** A student that begins, at random weights, before anything is measured. */
  StudentStart measured(StudentScales scales, TrainableStudent student) {
    return new StudentStart(
        progress, resumedFrom, origin, new Ready(scales, student), learning, lineage);
  }

  /** The same start after training from it has diverged. */
  StudentStart recovered(LearningRecord after) {
    return new StudentStart(progress, resumedFrom, origin, ready, after, lineage);
  }

  /**
   * Puts a student into the state that training begins with.
   *
   * @param identity what it is, as its checkpoints say
   * @param students builds it, by the scales of a checkpoint
   * @param usable whether a checkpoint of the student is to be gone on from
   * @throws StudentException when the checkpoint that it is to begin with does not fit the student
   */
  static StudentStart of(
      ConfiguredStudent student,
      StudentIdentity identity,
      Publishing publishing,
      SoftTargetTopic softTargets,
      Function<StudentScales, TrainableStudent> students,
      Predicate<CheckpointId> usable) {
    StudentConfig config = student.config();
    Path workDir = config.checkpoint().workDir();
    Optional<Resumed> resumed =
        new Resumption(identity, publishing.store(), workDir, publishing.trusted())
            .resume(publishing.checkpoints(), students, usable, softTargets::inPresentLog);
    if (resumed.isPresent()) {
      LearningRecord learning = learning(resumed.get());
      logResumed(student, identity, resumed.get(), learning.rateFactor());
      Manifest manifest = resumed.get().manifest();
      return new StudentStart(
          resumed.get().progress(),
          manifest.version(),
          manifest.initFrom(),
          new Ready(resumed.get().scales(), resumed.get().student()),
          learning,
          resumed.get().lineage());
    }
    Progress start = Progress.beginning(softTargets.beginning());
    if (config.initFrom().isEmpty()) {
      log.info("student {} starts anew", config.name());
      return new StudentStart(start, null, null, null, NOTHING_YET, Lineage.NONE);
    }
    WarmStart.Warm warm =
        new WarmStart(identity, publishing.puller(), workDir, publishing.trusted())
            .start(InitFrom.parse(config.initFrom()), students);
    log.info(
        "student {} starts anew, with the weights of checkpoint {}: {} examples seen, teachers {}",
        config.name(),
        warm.origin().id(),
        warm.origin().examplesSeen(),
        warm.origin().teacherVersions());
    return new StudentStart(
        start,
        null,
        warm.origin(),
        new Ready(warm.scales(), warm.student()),
        NOTHING_YET,
        Lineage.NONE);
  }

  /** Whoever changes how the student is trained begins with the whole learning rate again. */
  private static LearningRecord learning(Resumed resumed) {
    LearningRecord learning = resumed.manifest().learning();
    if (learning == null) {
      return NOTHING_YET;
    }
    boolean changed =
        resumed.changes().stream()
            .anyMatch(line -> TRAINING.stream().anyMatch(key -> line.startsWith(key + ".")));
    if (changed && !learning.recoveries().isEmpty()) {
      log.info(
          "the learning rate is no longer multiplied by {}, since what it is has changed",
          learning.rateFactor());
      return new LearningRecord(learning.state(), learning.detail(), List.of());
    }
    return learning;
  }

  private static void logResumed(
      ConfiguredStudent student, StudentIdentity identity, Resumed resumed, double rateFactor) {
    StudentConfig config = student.config();
    Manifest manifest = resumed.manifest();
    Progress start = resumed.progress();
    log.info(
        "student {} resumes from checkpoint {}: step {}, {} examples seen, pass {}",
        config.name(),
        manifest.version(),
        start.step(),
        start.examplesSeen(),
        start.position().pass());
    if (!config.initFrom().isEmpty()) {
      log.info(
          "student.init-from {} is not used: student {} has a checkpoint of its own",
          config.initFrom(),
          config.name());
    }
    if (resumed.changes().stream().anyMatch(line -> line.startsWith("features."))) {
      log.info(
          "student.features is not used: how features are scaled was frozen with the first checkpoint of student {}",
          config.name());
    }
    if (!resumed.changes().isEmpty()) {
      log.info(
          "the configuration of student {} has changed since that checkpoint:\n  {}\nthe next step has learning rate {}, the next checkpoint configuration hash {}",
          config.name(),
          String.join("\n  ", resumed.changes()),
          rateFactor
              * student
                  .learningRate()
                  .at(
                      start.step(),
                      start.examplesSeen(),
                      start.position().done(config.log().passes())),
          Manifest.hashOf(identity.configuration()));
    }
  }
}
