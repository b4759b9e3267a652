package io.streamdistill.student;

import io.streamdistill.core.checkpoint.CheckpointLog;
import io.streamdistill.core.checkpoint.CheckpointPuller;
import io.streamdistill.core.checkpoint.CheckpointStore;
import io.streamdistill.core.checkpoint.Manifest;
import io.streamdistill.core.checkpoint.Origin;
import io.streamdistill.core.checkpoint.TrustedKeys;
import io.streamdistill.student.publish.InitFrom;
import io.streamdistill.student.publish.Progress;
import io.streamdistill.student.publish.Resumption;
import io.streamdistill.student.publish.Resumption.Resumed;
import io.streamdistill.student.publish.StudentIdentity;
import io.streamdistill.student.publish.WarmStart;
import io.streamdistill.student.source.LogPosition;
import io.streamdistill.student.step.StudentStep;
import java.util.Optional;
import java.util.function.Supplier;
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
 */
record StudentStart(Progress progress, @Nullable String resumedFrom, @Nullable Origin origin) {

  private static final Logger log = LoggerFactory.getLogger(StudentStart.class);

  /**
   * Puts {@code step} into the state that training begins with.
   *
   * @param trusted one of these must have signed a checkpoint that it is to begin with, unless
   *     there are none
   * @param beginning of the log, for a student without checkpoints
   * @throws StudentException when the checkpoint that it is to begin with does not fit the student
   */
  static StudentStart of(
      StudentConfig config,
      StudentIdentity identity,
      CheckpointStore store,
      CheckpointLog announcements,
      CheckpointPuller puller,
      TrustedKeys trusted,
      StudentStep step,
      SoftTargetTopic topic,
      Supplier<LogPosition> beginning) {
    Optional<Resumed> resumed =
        new Resumption(identity, store, config.checkpoint().workDir(), trusted)
            .resume(announcements, step, topic.id(), topic.partitions());
    if (resumed.isPresent()) {
      logResumed(config, identity, resumed.get());
      Manifest manifest = resumed.get().manifest();
      return new StudentStart(resumed.get().progress(), manifest.version(), manifest.initFrom());
    }
    Progress start = Progress.beginning(beginning.get());
    if (config.initFrom().isEmpty()) {
      log.info("student {} starts anew, there is no checkpoint of it", config.name());
      return new StudentStart(start, null, null);
    }
    Origin origin =
        new WarmStart(identity, puller, config.checkpoint().workDir(), trusted)
            .start(InitFrom.parse(config.initFrom()), step);
    log.info(
        "student {} starts anew, with the weights of checkpoint {}: {} examples seen, teachers {}",
        config.name(),
        origin.id(),
        origin.examplesSeen(),
        origin.teacherVersions());
    return new StudentStart(start, null, origin);
  }

  private static void logResumed(StudentConfig config, StudentIdentity identity, Resumed resumed) {
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
    if (!resumed.changes().isEmpty()) {
      log.info(
          "the configuration of student {} has changed since that checkpoint:\n  {}\nthe next step has learning rate {}, the next checkpoint configuration hash {}",
          config.name(),
          String.join("\n  ", resumed.changes()),
          config.learningRate().schedule().at(start.step()),
          Manifest.hashOf(identity.configuration()));
    }
  }
}
