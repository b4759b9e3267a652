package io.streamdistill.checkpoints.log;

import io.streamdistill.checkpoints.avro.AnnouncementCodec;
import io.streamdistill.checkpoints.format.Announcement;
import io.streamdistill.checkpoints.format.CheckpointException;
import io.streamdistill.checkpoints.format.CheckpointId;
import io.streamdistill.checkpoints.format.Manifest;
import io.streamdistill.checkpoints.format.SourcePosition;
import io.streamdistill.checkpoints.store.CheckpointStore;
import io.streamdistill.kafka.KafkaSettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The announcements on the checkpoints topic, as of one moment. The log is partition 0 of the
 * topic, so that announcements have one order.
 */
public final class CheckpointLog {

  /** How long an unreachable broker is waited for. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  /**
   * How long the transaction of a trainer that died is waited for: Kafka ends it after a minute.
   */
  public static final Duration OPEN_TRANSACTION = Duration.ofMinutes(2);

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointLog.class);
  private static final int PARTITION = 0;

  private final List<Announcement> announcements;
  private final long skipped;

  private CheckpointLog(List<Announcement> announcements, long skipped) {
    this.announcements = announcements;
    this.skipped = skipped;
  }

  /**
   * Describes a stored checkpoint for its announcement.
   *
   * @param manifest as {@link Manifest#write} returned it
   * @param location as {@link CheckpointStore#put} returned it
   */
  public static Announcement announcement(Manifest manifest, URI location, Instant publishedTime) {
    SourcePosition source = manifest.source();
    return new Announcement(
        new CheckpointId(manifest.student(), manifest.version()),
        manifest.parent(),
        new Announcement.Training(
            manifest.step(),
            manifest.examplesSeen(),
            source.passesCompleted(),
            source.topic(),
            source.nextOffsets(),
            manifest.teacherVersions(),
            manifest.configurationHash()),
        manifest.metrics(),
        location.toString(),
        manifest.allFiles(),
        publishedTime);
  }

  /** The record that announces a checkpoint; the trainer sends it inside its transaction. */
  public static ProducerRecord<byte[], byte[]> record(String topic, Announcement announcement) {
    return new ProducerRecord<>(
        topic, PARTITION, key(announcement.id()), AnnouncementCodec.encode(announcement));
  }

  /** The record that withdraws an announcement, for a checkpoint that is about to be deleted. */
  public static ProducerRecord<byte[], byte[]> withdrawal(String topic, CheckpointId id) {
    return new ProducerRecord<>(topic, PARTITION, key(id), null);
  }

  private static byte[] key(CheckpointId id) {
    return id.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads every committed announcement up to the current end of the topic. Those that were
   * committed while the transaction of another student was open may be missing until that ends.
   *
   * @throws CheckpointException when the topic is missing, or the broker cannot be reached within
   *     {@link #DEFAULT_TIMEOUT}
   */
  public static CheckpointLog read(KafkaSettings kafka, String topic) {
    return read(kafka, topic, DEFAULT_TIMEOUT);
  }

  /** As {@link #read(KafkaSettings, String)}, with another time-out. */
  public static CheckpointLog read(KafkaSettings kafka, String topic, Duration timeout) {
    Scan scan = new Scan();
    try (TopicReader reader = TopicReader.open(kafka, topic, timeout)) {
      reader.readToEnd(scan::accept);
    }
    return new CheckpointLog(List.copyOf(scan.byKey.values()), scan.skipped);
  }

  /**
   * Reads every announcement that is committed now; for writers, whose next step depends on it.
   *
   * @throws CheckpointException as {@link #read(KafkaSettings, String)}, or when a transaction on
   *     the topic stays open for {@link #OPEN_TRANSACTION}
   */
  public static CheckpointLog readAll(KafkaSettings kafka, String topic) {
    Scan scan = new Scan();
    try (TopicReader reader = TopicReader.open(kafka, topic, DEFAULT_TIMEOUT)) {
      reader.readAllWritten(OPEN_TRANSACTION, scan::accept);
    }
    return new CheckpointLog(List.copyOf(scan.byKey.values()), scan.skipped);
  }

  /** Every announcement that is not withdrawn, in log order. */
  public List<Announcement> announcements() {
    return announcements;
  }

  /** The announcements of a student that are not withdrawn, in log order. */
  public List<Announcement> announcements(String student) {
    return announcements.stream().filter(a -> a.student().equals(student)).toList();
  }

  /** The newest announcement of a student. */
  public Optional<Announcement> latest(String student) {
    return announcements(student).stream().reduce((older, newer) -> newer);
  }

  /** Records on the topic that are no announcements; each was logged with its offset. */
  public long skippedRecords() {
    return skipped;
  }

  /** The log for someone who looks at it again and again: only what is new is read. */
  public static final class Tail implements AutoCloseable {

    private final Scan scan = new Scan();
    private final TopicReader reader;

    public Tail(KafkaSettings kafka, String topic, Duration timeout) {
      reader = TopicReader.open(kafka, topic, timeout);
    }

    /**
     * The log up to the current end of the topic.
     *
     * @throws CheckpointException when it cannot be read; then the tail is of no use any more
     */
    public CheckpointLog read() {
      reader.readToEnd(scan::accept);
      return new CheckpointLog(List.copyOf(scan.byKey.values()), scan.skipped);
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  private static final class Scan {

    private final Map<String, Announcement> byKey = new LinkedHashMap<>();
    private long skipped;

    void accept(ConsumerRecord<byte[], byte[]> record) {
      try {
        String key = new String(record.key(), StandardCharsets.UTF_8);
        if (record.value() == null) {
          byKey.remove(key);
          return;
        }
        Announcement announcement = AnnouncementCodec.decode(record.value());
        if (!announcement.id().toString().equals(key)) {
          throw new CheckpointException(
              "its key is '%s', but it announces %s".formatted(key, announcement.id()));
        }
        byKey.remove(key); // announced again: it counts from here
        byKey.put(key, announcement);
      } catch (CheckpointException | NullPointerException e) {
        skipped++;
        LOG.warn(
            "Skipped a record that announces no checkpoint: topic={} partition={} offset={}: {}",
            record.topic(),
            record.partition(),
            record.offset(),
            e.getMessage());
      }
    }
  }
}
