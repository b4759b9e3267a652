package io.streamdistill.checkpoints.store;

import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import java.nio.file.Path;

/**
 * A writer to be killed: puts checkpoint after checkpoint. Arguments: store, kafka, {@code
 * s3.endpoint}, directory, student.
 */
public final class PutForever {

  private PutForever() {}

  /** Runs until killed; prints a dot before every put. */
  public static void main(String[] arguments) {
    CheckpointStores stores =
        new CheckpointStores(
            new Cluster(
                KafkaSettings.of(arguments[1]),
                TopicsConfig.defaults(),
                new S3Settings(arguments[2], "", true)));
    try (CheckpointStore store = stores.open(arguments[0])) {
      for (int i = 0; i < 100_000; i++) {
        CheckpointId id = new CheckpointId(arguments[4], "v%06d".formatted(i));
        Path directory = Path.of(arguments[3], id.version());
        Checkpoints.write(id, directory, 4_000_000);
        System.out.print(".");
        System.out.flush();
        store.put(id, directory);
      }
    }
  }
}
