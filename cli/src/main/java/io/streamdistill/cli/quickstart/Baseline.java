package io.streamdistill.cli.quickstart;

import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.cli.process.DistillProcess;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the student is compared with: the same one, trained on hard labels only. */
final class Baseline {

  private static final Duration POLL = Duration.ofMillis(500);

  private final QuickstartFiles files;
  private final Status status;
  private final Services running;

  Baseline(QuickstartFiles files, Status status, Services running) {
    this.files = files;
    this.status = status;
    this.running = running;
  }

  /**
   * Trains the same student on the hard labels only, from the same log, in a process of its own.
   */
  void train(KafkaSettings kafka, TopicsConfig topics, long labelled) throws InterruptedException {
    List<String> arguments =
        new ArrayList<>(List.of("trainer", "--config", files.config().toString()));
    for (String setting : QuickstartConfig.baselineSettings()) {
      arguments.add("--set");
      arguments.add(setting);
    }
    status.say(
        "baseline  the same student on the %,d hard labels only, %d passes"
            .formatted(labelled, QuickstartConfig.BASELINE_PASSES));
    DistillProcess baseline = running.start("baseline", arguments.toArray(String[]::new));
    while (baseline.isAlive()) {
      running.requireRunning();
      status.update("training the baseline");
      Thread.sleep(POLL.toMillis());
    }
    running.remove(baseline);
    int exitCode = baseline.awaitExit(Duration.ofSeconds(1));
    if (exitCode != 0) {
      throw new QuickstartException(
          "the baseline's trainer ended with exit code %d; see %s"
              .formatted(exitCode, baseline.logFile()));
    }
    // A transaction is visible a moment after its writer heard that it is committed.
    for (int tries = 0; !announced(kafka, topics); tries++) {
      if (tries > 20) {
        throw new QuickstartException(
            "the baseline's last checkpoint was not announced; see " + baseline.logFile());
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private static boolean announced(KafkaSettings kafka, TopicsConfig topics) {
    return CheckpointLog.read(kafka, topics.checkpoints())
        .latest(QuickstartConfig.BASELINE)
        .filter(newest -> newest.training().pass() >= QuickstartConfig.BASELINE_PASSES)
        .isPresent();
  }
}
