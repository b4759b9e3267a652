package io.streamdistill.checkpoints.store;

import static io.streamdistill.config.Require.require;

import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.log.CheckpointLog;
import io.streamdistill.config.ConfigException;
import io.streamdistill.config.Directories;
import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Opens the store that a configuration, or the location in an announcement, names.
 *
 * @param cluster for {@code kafka:} and {@code s3:} stores
 * @param timeout how long a {@code kafka:} store waits for a broker that is away; default {@link
 *     CheckpointLog#DEFAULT_TIMEOUT}
 */
public record CheckpointStores(Cluster cluster, Duration timeout) {

  private static final Pattern TOPIC = Pattern.compile("(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}");
  private static final String FILE = "file:";
  private static final String KAFKA = "kafka:";
  private static final String S3 = "s3:";

  /** Stores that wait for a broker as long as is usual. */
  public CheckpointStores(Cluster cluster) {
    this(cluster, CheckpointLog.DEFAULT_TIMEOUT);
  }

  /** Brokers of {@code kafka:} stores. */
  KafkaSettings kafka() {
    return cluster.kafka();
  }

  /** Topics of {@code kafka:} stores, and of announcements. */
  TopicsConfig topics() {
    return cluster.topics();
  }

  /**
   * Opens the store of a configuration.
   *
   * @param uri {@code kafka:} (the topic {@code topics.checkpoint-files}), {@code kafka:topic},
   *     {@code file:/directory}, {@code file:directory} or {@code s3://bucket/prefix}
   * @throws ConfigException when the scheme is not known
   * @throws CheckpointException when the store cannot be reached
   */
  public CheckpointStore open(String uri) {
    if (uri.startsWith(KAFKA)) {
      String topic = uri.substring(KAFKA.length());
      return kafkaStore(topic.isEmpty() ? topics().checkpointFiles() : topic);
    }
    if (uri.startsWith(FILE)) {
      return new FileCheckpointStore(directory(uri));
    }
    if (uri.startsWith(S3)) {
      return s3Provider().open(uri, cluster.s3());
    }
    throw unknown(uri);
  }

  /**
   * Checks the form of the URI of a store, without asking the store.
   *
   * @throws ConfigException when {@link #open} would refuse it
   */
  public static void check(String uri) {
    if (uri.startsWith(FILE)) {
      Directories.requireWritable("checkpoint store '%s'".formatted(uri), directory(uri));
    } else if (uri.startsWith(S3)) {
      s3Provider().check(uri);
    } else if (uri.startsWith(KAFKA)) {
      String topic = uri.substring(KAFKA.length());
      require(
          topic.isEmpty() || TOPIC.matcher(topic).matches(),
          "checkpoint store '%s': '%s' is not a topic name; use letters, digits, '.', '_' and '-', or kafka: alone for topics.checkpoint-files",
          uri,
          topic);
    } else {
      throw unknown(uri);
    }
  }

  private static ConfigException unknown(String uri) {
    return new ConfigException(
        "checkpoint store '%s' is not known; use kafka:, file:/directory, file:directory or"
                .formatted(uri)
            + " s3://bucket/prefix");
  }

  private CheckpointStore kafkaStore(String topic) {
    return new KafkaCheckpointStore(kafka(), topic, Clock.systemUTC(), timeout);
  }

  private static S3StoreProvider s3Provider() {
    return ServiceLoader.load(S3StoreProvider.class)
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigException(
                    "s3: stores need streamdistill-s3-store on the class path; add it, or use"
                        + " kafka: or file:/directory"));
  }

  /**
   * Opens the store that {@link CheckpointStore#put} returned {@code location} from.
   *
   * @throws CheckpointException when the location is not one of {@code id}, or the store cannot be
   *     reached
   */
  public CheckpointStore at(String location, CheckpointId id) {
    String bare = location.endsWith("/") ? location.substring(0, location.length() - 1) : location;
    String suffix = "/" + id;
    if (bare.endsWith(suffix)) {
      String store = bare.substring(0, bare.length() - suffix.length());
      if (store.startsWith(KAFKA) && store.length() > KAFKA.length()) {
        return kafkaStore(store.substring(KAFKA.length()));
      }
      if (store.startsWith(FILE)) {
        try {
          return new FileCheckpointStore(Path.of(URI.create(store + "/")));
        } catch (IllegalArgumentException e) {
          throw unknownLocation(location, id, e);
        }
      }
      if (store.startsWith(S3)) {
        try {
          return open(store);
        } catch (ConfigException e) {
          throw unknownLocation(location, id, e);
        }
      }
    }
    throw unknownLocation(location, id, null);
  }

  private static CheckpointException unknownLocation(
      String location, CheckpointId id, @Nullable Exception cause) {
    return new CheckpointException(
        "checkpoint %s was announced at '%s', where this build cannot look for it%s"
            .formatted(id, location, cause == null ? "" : ": " + cause.getMessage()),
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
