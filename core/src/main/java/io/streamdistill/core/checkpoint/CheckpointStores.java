package io.streamdistill.core.checkpoint;

import static io.streamdistill.core.config.Require.require;

import io.streamdistill.core.config.ConfigException;
import io.streamdistill.core.kafka.KafkaSettings;
import io.streamdistill.core.kafka.TopicsConfig;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Opens the store that a configuration, or the location in an announcement, names. */
public final class CheckpointStores {

  private static final String FILE = "file:";
  private static final String KAFKA = "kafka:";

  private CheckpointStores() {}

  /**
   * Opens the store of a configuration.
   *
   * @param uri {@code kafka:} (the topic {@code topics.checkpoint-files}), {@code kafka:topic},
   *     {@code file:/directory} or {@code file:directory}
   * @throws ConfigException when the scheme is not known
   * @throws CheckpointException when the store cannot be reached
   */
  public static CheckpointStore open(String uri, KafkaSettings kafka, TopicsConfig topics) {
    if (uri.startsWith(KAFKA)) {
      String topic = uri.substring(KAFKA.length());
      return new KafkaCheckpointStore(kafka, topic.isEmpty() ? topics.checkpointFiles() : topic);
    }
    if (uri.startsWith(FILE)) {
      return new FileCheckpointStore(directory(uri));
    }
    throw new ConfigException(
        "checkpoint store '%s' is not known; use kafka:, file:/directory or file:directory"
            .formatted(uri));
  }

  /**
   * Opens the store that {@link CheckpointStore#put} returned {@code location} from.
   *
   * @throws CheckpointException when the location is not one of {@code id}, or the store cannot be
   *     reached
   */
  static CheckpointStore at(String location, CheckpointId id, KafkaSettings kafka) {
    String bare = location.endsWith("/") ? location.substring(0, location.length() - 1) : location;
    String suffix = "/" + id;
    if (bare.endsWith(suffix)) {
      String store = bare.substring(0, bare.length() - suffix.length());
      if (store.startsWith(KAFKA) && store.length() > KAFKA.length()) {
        return new KafkaCheckpointStore(kafka, store.substring(KAFKA.length()));
      }
      if (store.startsWith(FILE)) {
        try {
          return new FileCheckpointStore(Path.of(URI.create(store + "/")));
        } catch (IllegalArgumentException e) {
          throw unknownLocation(location, id, e);
        }
      }
    }
    throw unknownLocation(location, id, null);
  }

  private static CheckpointException unknownLocation(
      String location, CheckpointId id, @Nullable Exception cause) {
    return new CheckpointException(
        "checkpoint %s was announced at '%s', where this build cannot look for it"
            .formatted(id, location),
        cause);
  }

  private static Path directory(String uri) {
    String path = uri.substring(FILE.length());
    require(!path.isBlank(), "checkpoint store 'file:' names no directory; use file:/directory");
    if (!path.startsWith("//")) {
      return Path.of(path);
    }
    try {
      return Path.of(URI.create(uri));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "checkpoint store '%s' is not a file URI (%s); use file:/directory"
              .formatted(uri, e.getMessage()),
          e);
    }
  }
}
