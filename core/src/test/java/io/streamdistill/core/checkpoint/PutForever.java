package io.streamdistill.core.checkpoint;

import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicsConfig;
import java.nio.file.Path;

/**
 * A writer to be killed: puts checkpoint after checkpoint. Arguments: store, kafka, directory,
 * student.
 */
public final class PutForever {

  private PutForever() {}

  /** Runs until killed; prints a dot before every put. */
  public static void main(String[] arguments) {
    KafkaSettings kafka = KafkaSettings.of(arguments[1]);
    try (CheckpointStore store =
        CheckpointStores.open(arguments[0], kafka, TopicsConfig.defaults())) {
      for (int i = 0; i < 100_000; i++) {
        CheckpointId id = new CheckpointId(arguments[3], "v%06d".formatted(i));
        Path directory = Path.of(arguments[2], id.version());
        Checkpoints.write(id, directory, 4_000_000);
        System.out.print(".");
        System.out.flush();
        store.put(id, directory);
      }
    }
  }
}
