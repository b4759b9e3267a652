package io.streamdistill.cli.quickstart;

import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.checkpoints.pull.CheckpointPuller;
import io.streamdistill.checkpoints.store.Cluster;
import io.streamdistill.cli.evaluate.Evaluator;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Pulls every new checkpoint of the student, and counts its test errors. */
final class CheckpointWatch {

  private final KafkaSettings kafka;
  private final TopicsConfig topics;
  private final Path directory;
  private final Evaluator evaluator;
  private @Nullable String seen;
  private @Nullable Integer testErrors;

  CheckpointWatch(
      KafkaSettings kafka, TopicsConfig topics, QuickstartFiles files, Evaluator evaluator) {
    this.kafka = kafka;
    this.topics = topics;
    this.directory = files.pulled(QuickstartConfig.STUDENT);
    this.evaluator = evaluator;
  }

  /** The newest announcement; a new one is pulled and evaluated first. */
  Optional<Announcement> poll() throws IOException {
    Optional<Announcement> newest =
        CheckpointLog.read(kafka, topics.checkpoints()).latest(QuickstartConfig.STUDENT);
    if (newest.isPresent() && !newest.get().version().equals(seen)) {
      try {
        new CheckpointPuller(Cluster.of(kafka, topics)).pull(QuickstartConfig.STUDENT, directory);
        testErrors = evaluator.evaluate(directory.resolve("model.onnx")).errors();
        seen = newest.get().version();
      } catch (CheckpointException e) {
        // Retired between its announcement and the pull: the next poll sees a newer one.
        return newest;
      }
    }
    return newest;
  }

  /** Errors of the newest checkpoint on the 10,000 test images; null while there is none. */
  @Nullable Integer testErrors() {
    return testErrors;
  }
}
