package io.streamdistill.experiments.defaults;

import io.streamdistill.kafka.KafkaSettings;
import io.streamdistill.kafka.TopicsConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The product as its commands run it: what a user's file and the defaults say, and nothing else.
 */
public interface Product {

  /**
   * What the commands do with a file.
   *
   * @param file as for {@code --config}
   * @param settings as for {@code --set}
   */
  Commands configured(Path file, Map<String, String> settings);

  /** Rows of a data set: IDX with its file of labels, or CSV that has a column of them. */
  record DataFile(Path file, @Nullable Path labels) {}

  /**
   * A key and where its value comes from.
   *
   * @param origin {@code default}, or file and line, or a flag
   */
  record Setting(String key, String value, String origin) {

    boolean isDefault() {
      return origin.equals("default") || origin.isEmpty();
    }
  }

  /** The commands, under one configuration. */
  interface Commands {

    /** {@code distill config --effective}. */
    List<Setting> settings();

    /** The Kafka that is configured. */
    KafkaSettings kafka();

    /** The topics that are configured. */
    TopicsConfig topics();

    /** {@code distill topics create}. */
    void createTopics();

    /** {@code distill teacher}, in the background. */
    Service teacher();

    /** {@code distill trainer}, in the background. */
    Service trainer();

    /**
     * {@code distill produce}.
     *
     * @param labels share of the examples that keep their label
     * @return how many were sent
     */
    long produce(DataFile rows, double labels) throws IOException;

    /** {@code distill pull}: the newest checkpoint. */
    void pull(Path into);

    /** Features of all rows, as they are on the wire. */
    List<ByteBuffer> features(DataFile rows) throws IOException;
  }

  /** A service that runs. */
  interface Service extends AutoCloseable {

    /** Waits for its end; throws what ended it, if that was an error. */
    void awaitEnd() throws InterruptedException;

    /** Whether it is at its end. */
    boolean hasEnded();

    @Override
    void close();
  }
}
